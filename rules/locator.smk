"""Where the discs are: a locator trained in every fold and on all, and its boxes."""

from discgrade.settings.locating import locator_training
from discgrade.settings.run import fold_names

LOCATED = f"{RESULTS}/localisation"
LOCATOR_SPLITS = [*fold_names(STUDY.splits), "all"]
LOCATOR_TRAINING = plain(
    locator_training(STUDY.locator, STUDY.variants[STUDY.grid.default].training)
)
# What the bundle takes of it.
LOCATOR_MEMBER = (
    [f"{LOCATED}/locator.onnx", f"{LOCATED}/locator.json"]
    if STUDY.locator.train
    else []
)


rule locator_slices:
    input:
        instances=f"{RESULTS}/instances/{{shard}}.parquet",
        discs=f"{TRAINING}/discs.parquet",
    output:
        slices=f"{LOCATED}/slices/{{shard}}.parquet",
    log:
        f"{RESULTS}/logs/locator_slices/{{shard}}.log",
    conda:
        ENVIRONMENT
    resources:
        mem_mb=growing(2000),
        runtime=growing(60),
    params:
        export=EXPORT,
        side=STUDY.locator.side,
        spacing_mm=STUDY.locator.spacing_mm,
        code=code("locator_slices.py"),
        lock=lock("locator_slices.py"),
    script:
        "../workflow_scripts/locator_slices.py"


rule train_locator:
    input:
        slices=expand(f"{LOCATED}/slices/{{shard}}.parquet", shard=SHARDS),
        discs=f"{TRAINING}/discs.parquet",
        splits=f"{TRAINING}/splits.parquet",
    output:
        model=f"{LOCATED}/{{fold}}/model.keras",
        facts=f"{LOCATED}/{{fold}}/facts.json",
        history=f"{LOCATED}/{{fold}}/history.parquet",
        located=f"{LOCATED}/{{fold}}/located.parquet",
    log:
        f"{RESULTS}/logs/train_locator/{{fold}}.log",
    wildcard_constraints:
        fold=one_of(LOCATOR_SPLITS),
    conda:
        ENVIRONMENT
    threads: STUDY.threads
    resources:
        gpu=STUDY.gpus,
        mem_mb=growing(4000),
        runtime=growing(120),
    params:
        locator=plain(STUDY.locator),
        training=LOCATOR_TRAINING,
        state=f"{RESULTS}/checkpoints/localisation/{{fold}}",
        named={},
        code=code("train_locator.py"),
        lock=lock("train_locator.py", backend=LOCATOR_TRAINING["backend"]),
    script:
        "../workflow_scripts/train_locator.py"


rule external_slices:
    input:
        instances=f"{RESULTS}/instances/{{shard}}.parquet",
        discs=f"{RESULTS}/discs.parquet",
    output:
        slices=f"{LOCATED}/external/{{shard}}.parquet",
    log:
        f"{RESULTS}/logs/external_slices/{{shard}}.log",
    conda:
        ENVIRONMENT
    resources:
        mem_mb=growing(2000),
        runtime=growing(60),
    params:
        export=EXPORT,
        side=STUDY.locator.side,
        spacing_mm=STUDY.locator.spacing_mm,
        code=code("locator_slices.py"),
        lock=lock("locator_slices.py"),
    script:
        "../workflow_scripts/locator_slices.py"


# Patients of the cohort `external` are looked at by the locator of all others; a new one trains none.
rule locate_external:
    input:
        slices=external_slices,
        discs=f"{RESULTS}/discs.parquet",
        model=f"{LOCATED}/all/model.keras",
        facts=f"{LOCATED}/all/facts.json",
    output:
        located=f"{LOCATED}/external.parquet",
    log:
        f"{RESULTS}/logs/locate_external.log",
    conda:
        ENVIRONMENT
    threads: STUDY.threads
    resources:
        gpu=STUDY.gpus,
        mem_mb=growing(4000),
        runtime=growing(60),
    params:
        locator=plain(STUDY.locator),
        training=LOCATOR_TRAINING,
        code=code("locate_external.py"),
        lock=lock("locate_external.py", backend=LOCATOR_TRAINING["backend"]),
    script:
        "../workflow_scripts/locate_external.py"


rule gather_boxes:
    input:
        **by_shard("instances"),
        located=expand(f"{LOCATED}/{{fold}}/located.parquet", fold=LOCATOR_SPLITS),
        external=external_boxes,
        facts=f"{LOCATED}/all/facts.json",
        discs=f"{RESULTS}/discs.parquet",
    output:
        boxes=f"{RESULTS}/boxes.parquet",
        facts=f"{LOCATED}/locator.json",
    log:
        f"{RESULTS}/logs/gather_boxes.log",
    localrule: True
    conda:
        ENVIRONMENT
    params:
        code=code("gather_boxes.py"),
        lock=lock("gather_boxes.py"),
    script:
        "../workflow_scripts/gather_boxes.py"


rule export_locator:
    input:
        slices=expand(f"{LOCATED}/slices/{{shard}}.parquet", shard=SHARDS),
        model=f"{LOCATED}/all/model.keras",
        facts=f"{LOCATED}/all/facts.json",
    output:
        network=f"{LOCATED}/locator.onnx",
    log:
        f"{RESULTS}/logs/export_locator.log",
    conda:
        ENVIRONMENT
    resources:
        mem_mb=growing(4000),
        runtime=growing(30),
    params:
        locator=plain(STUDY.locator),
        training=LOCATOR_TRAINING,
        backend="tensorflow",
        programs=["tf2onnx"],
        code=code("export_locator.py"),
        lock=lock("export_locator.py", backend="tensorflow", programs=["tf2onnx"]),
    script:
        "../workflow_scripts/export_locator.py"

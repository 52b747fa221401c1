"""Where the discs are: a locator trained in every fold and on all, its boxes, and what they are worth."""

from discgrade.reliability.localisation.metrics import locator_run
from discgrade.settings.locating import locator_training
from discgrade.settings.members import regrading_runs
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
# The networks that grade found boxes: the default variant's, or the first of its members that is trained in the folds.
REGRADING_RUNS = regrading_runs(STUDY)

if STUDY.locator.train:
    TABLES += tables_of("localisation").values()
    TABLE_VALUES += [tables_of("localisation")["json"]]
    FIGURES += [
        *figure_of("localisation").values(),
        f"{RESULTS}/figures/worst_boxes.pdf",
        f"{RESULTS}/figures/worst_boxes.png",
    ]


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
        code=code("export_locator.py"),
        lock=lock("export_locator.py", backend="tensorflow", programs=["tf2onnx"]),
    script:
        "../workflow_scripts/export_locator.py"


# What found boxes are worth in the end: the same networks grade each disc by its drawn and by its found region.
rule regrade_found:
    input:
        **by_shard("instances"),
        boxes=f"{RESULTS}/boxes.parquet",
        models=output_of([one.run for one in REGRADING_RUNS], "model.keras"),
    output:
        regraded=f"{LOCATED}/regraded.parquet",
    log:
        f"{RESULTS}/logs/regrade_found.log",
    conda:
        ENVIRONMENT
    resources:
        mem_mb=growing(4000),
        runtime=growing(60),
    params:
        export=EXPORT,
        trained=plain(REGRADING_RUNS),
        cut={"region": STUDY.images.region, "border": STUDY.images.border},
        networks=sorted({one.training.network for one in REGRADING_RUNS}),
        named=named_networks(sorted({one.training.network for one in REGRADING_RUNS})),
        code=code("regrade_found.py"),
        lock=lock(
            "regrade_found.py",
            named=sorted({one.training.network for one in REGRADING_RUNS}),
            backend=LOCATOR_TRAINING["backend"],
        ),
    script:
        "../workflow_scripts/regrade_found.py"


rule measure_localisation:
    input:
        boxes=f"{RESULTS}/boxes.parquet",
        discs=f"{RESULTS}/discs.parquet",
        regraded=[f"{LOCATED}/regraded.parquet"] if REGRADING_RUNS else [],
    output:
        localisation=f"{RESULTS}/localisation.parquet",
    log:
        f"{RESULTS}/logs/measure_localisation.log",
    conda:
        ENVIRONMENT
    resources:
        mem_mb=growing(2000),
        runtime=growing(30),
    params:
        run=plain(locator_run(STUDY.locator.side, STUDY.locator.seed)),
        scale=REGRADING_RUNS[0].training.scale if REGRADING_RUNS else "integral",
        headers=STUDY.bundle.headers,
        settings=plain(STUDY.intervals),
        code=code("measure_localisation.py"),
        lock=lock("measure_localisation.py"),
    script:
        "../workflow_scripts/measure_localisation.py"


rule localisation_table:
    input:
        localisation=f"{RESULTS}/localisation.parquet",
        facts=f"{LOCATED}/locator.json",
    output:
        **tables_of("localisation", "Found boxes"),
    log:
        f"{RESULTS}/logs/localisation_table.log",
    localrule: True
    conda:
        ENVIRONMENT
    params:
        context=CONTEXT,
        regraded=REGRADING_RUNS[0].run.variant if REGRADING_RUNS else "",
        code=code("localisation_table.py"),
        lock=lock("localisation_table.py"),
    script:
        "../workflow_scripts/localisation_table.py"


rule localisation_figure:
    input:
        boxes=f"{RESULTS}/boxes.parquet",
    output:
        **figure_of("localisation", "Found boxes"),
    log:
        f"{RESULTS}/logs/localisation_figure.log",
    localrule: True
    conda:
        ENVIRONMENT
    params:
        context=CONTEXT,
        code=code("localisation_figure.py"),
        lock=lock("localisation_figure.py"),
    script:
        "../workflow_scripts/localisation_figure.py"


rule draw_worst_boxes:
    input:
        **by_shard("instances"),
        boxes=f"{RESULTS}/boxes.parquet",
    output:
        pdf=f"{RESULTS}/figures/worst_boxes.pdf",
        png=reported(
            f"{RESULTS}/figures/worst_boxes.png",
            "worst_boxes",
            "Figures",
            "Largest errors of found boxes",
        ),
    log:
        f"{RESULTS}/logs/draw_worst_boxes.log",
    conda:
        ENVIRONMENT
    resources:
        mem_mb=growing(2000),
        runtime=growing(15),
    params:
        export=EXPORT,
        pictures=STUDY.report.disc_pictures,
        code=code("draw_worst_boxes.py"),
        lock=lock("draw_worst_boxes.py"),
    script:
        "../workflow_scripts/draw_worst_boxes.py"

"""What a study learned, to be carried away: its networks as ONNX files, and all that says how to use them."""

from discgrade.grading.bundle.plan import bundle_plan
from discgrade.settings.members import bundle_members

MEMBERS = bundle_members(STUDY)
MEMBER_RUNS = [member.run for member in MEMBERS]
MEMBER_FILES = [f"members/{member.name}.onnx" for member in MEMBERS]
# What Keras exports networks with.
CONVERTER = ["tf2onnx"]
MEMBER_NETWORKS = sorted({member.training.network for member in MEMBERS})


rule export_members:
    input:
        **by_shard("rois"),
        models=output_of(MEMBER_RUNS, "model.keras"),
        predictions=output_of(MEMBER_RUNS, "predictions.parquet"),
        discs=f"{RESULTS}/discs.parquet",
    output:
        networks=[f"{RESULTS}/{file}" for file in MEMBER_FILES],
        embeddings=f"{RESULTS}/members/embeddings.parquet",
    log:
        f"{RESULTS}/logs/export_members.log",
    conda:
        ENVIRONMENT
    resources:
        mem_mb=growing(4000),
        runtime=growing(30),
    params:
        trained=plain(MEMBERS),
        border=STUDY.images.border,
        backend="tensorflow",
        programs=CONVERTER,
        networks=MEMBER_NETWORKS,
        named=named_networks(MEMBER_NETWORKS),
        code=code("export_members.py"),
        lock=lock(
            "export_members.py",
            named=MEMBER_NETWORKS,
            backend="tensorflow",
            programs=CONVERTER,
        ),
    script:
        "../workflow_scripts/export_members.py"


rule learn_novelty:
    input:
        embeddings=f"{RESULTS}/members/embeddings.parquet",
        discs=f"{RESULTS}/discs.parquet",
    output:
        novelty=f"{RESULTS}/novelty.json",
    log:
        f"{RESULTS}/logs/learn_novelty.log",
    localrule: True
    conda:
        ENVIRONMENT
    params:
        code=code("learn_novelty.py"),
        lock=lock("learn_novelty.py"),
    script:
        "../workflow_scripts/learn_novelty.py"


rule bundle:
    input:
        **by_shard("rois"),
        networks=[f"{RESULTS}/{file}" for file in MEMBER_FILES],
        discs=f"{RESULTS}/discs.parquet",
        splits=f"{RESULTS}/splits.parquet",
        ratings=f"{RESULTS}/ratings.parquet",
        scores=f"{RESULTS}/scores.parquet",
        intervals=f"{RESULTS}/intervals.parquet",
        calibration=f"{RESULTS}/calibration.json",
        novelty=f"{RESULTS}/novelty.json",
        locator=LOCATOR_MEMBER,
    output:
        facts=f"{RESULTS}/bundle/bundle.json",
        card=f"{RESULTS}/bundle/model_card.md",
        members=[f"{RESULTS}/bundle/{file}" for file in MEMBER_FILES],
        locator=[f"{RESULTS}/bundle/locator.onnx"] if LOCATOR_MEMBER else [],
        archive=f"{RESULTS}/bundle.zip",
    log:
        f"{RESULTS}/logs/bundle.log",
    conda:
        ENVIRONMENT
    resources:
        mem_mb=growing(2000),
        runtime=growing(15),
    params:
        plan=plain(bundle_plan(STUDY)),
        version=__version__,
        code=code("bundle.py"),
        lock=lock("bundle.py"),
    script:
        "../workflow_scripts/bundle.py"

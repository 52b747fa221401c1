"""How stable a grade is when its region is moved a little, asked of networks that have not seen the patient."""

from discgrade.reliability.plan import cutting_plans, regraded_runs


rule regrade_moved:
    input:
        **by_shard("instances"),
        networks=[f"{RESULTS}/{file}" for file in MEMBER_FILES],
        predictions=output_of(
            [plan.run for plan in cutting_plans(STUDY)], "predictions.parquet"
        ),
        discs=f"{RESULTS}/discs.parquet",
        splits=f"{RESULTS}/splits.parquet",
    output:
        moved=f"{RESULTS}/moved.parquet",
        stability=f"{RESULTS}/stability.parquet",
    log:
        f"{RESULTS}/logs/regrade_moved.log",
    conda:
        ENVIRONMENT
    resources:
        mem_mb=growing(4000),
        runtime=growing(60),
    params:
        runs=plain(regraded_runs(STUDY)),
        cutting=plain(cutting_plans(STUDY)),
        shards=all_shards,
        export=EXPORT,
        images=plain(STUDY.images),
        augmentation=plain(STUDY.augmentation),
        views=STUDY.bundle.views,
        intervals=plain(STUDY.intervals),
        code=code("regrade_moved.py"),
        lock=lock("regrade_moved.py"),
    script:
        "../workflow_scripts/regrade_moved.py"

"""Square samples for training: each disc as read and its augmented copies."""


rule augment:
    input:
        rois=f"{RESULTS}/rois/{{shard}}.parquet",
    output:
        samples=f"{RESULTS}/samples/{{resolution}}px/{{shard}}.parquet",
    log:
        f"{RESULTS}/logs/augment/{{resolution}}px/{{shard}}.log",
    conda:
        ENVIRONMENT
    resources:
        mem_mb=growing(2000),
        runtime=growing(60),
    params:
        border=STUDY.images.border,
        augmentation=plain(STUDY.augmentation),
        code=code("augment.py"),
        lock=lock("augment.py"),
    script:
        "../workflow_scripts/augment.py"

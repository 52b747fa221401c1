"""One training a run: a variant at a resolution, on a share of the training part of a split, from a seed."""


rule train:
    input:
        samples=samples_of_run,
        discs=f"{RESULTS}/discs.parquet",
        splits=f"{RESULTS}/splits.parquet",
    output:
        model=f"{RUN}/model.keras",
        network=f"{RUN}/network.parquet",
        history=f"{RUN}/history.parquet",
        predictions=f"{RUN}/predictions.parquet",
    log:
        f"{RESULTS}/logs/train/{{variant}}/{{resolution}}px/share-{{share}}/{{split}}/seed-{{seed}}.log",
    conda:
        ENVIRONMENT
    threads: STUDY.threads
    resources:
        gpu=STUDY.gpus,
        mem_mb=training_memory,
        runtime=training_minutes,
    params:
        training=lambda wildcards: plain(training_of(wildcards)),
        protocol=lambda wildcards: plain(protocol_of(wildcards)),
        state=f"{RESULTS}/checkpoints/{{variant}}/{{resolution}}px/share-{{share}}/{{split}}/seed-{{seed}}",
        named=named_code,
        code=code("train.py"),
        lock=lock_of_training,
    script:
        "../workflow_scripts/train.py"

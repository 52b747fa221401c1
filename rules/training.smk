"""One training a run: a variant at a resolution, on a share of the training part of a split, from a seed."""

ENSEMBLES = [name for name, variant in STUDY.variants.items() if variant.members]


rule train:
    input:
        samples=samples_of_run,
        discs=f"{TRAINING}/discs.parquet",
        splits=f"{TRAINING}/splits.parquet",
        labels=labels_of_run,
    output:
        model=f"{RUN}/model.keras",
        network=f"{RUN}/network.parquet",
        history=f"{RUN}/history.parquet",
        predictions=f"{RUN}/predictions.parquet",
    log:
        f"{RESULTS}/logs/train/{{variant}}/{{resolution}}px/share-{{share}}/{{split}}/seed-{{seed}}.log",
    wildcard_constraints:
        variant=one_of([name for name in STUDY.variants if name not in ENSEMBLES]),
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
        without=left_out_of_run,
        named=named_code,
        code=code("train.py"),
        lock=lock_of_training,
    script:
        "../workflow_scripts/train.py"


# Patients of the cohort `external` are graded by the trained network, so that a new one reruns this and no training.
rule predict_external:
    input:
        model=f"{RUN}/model.keras",
        samples=external_samples,
        discs=f"{RESULTS}/discs.parquet",
        splits=f"{RESULTS}/splits.parquet",
    output:
        predictions=f"{RUN}/external.parquet",
    log:
        f"{RESULTS}/logs/predict_external/{{variant}}/{{resolution}}px/share-{{share}}/{{split}}/seed-{{seed}}.log",
    wildcard_constraints:
        variant=one_of([name for name in STUDY.variants if name not in ENSEMBLES]),
        split=HOLDOUT,
    conda:
        ENVIRONMENT
    threads: STUDY.threads
    resources:
        gpu=STUDY.gpus,
        mem_mb=growing(4000),
        runtime=growing(60),
    params:
        training=lambda wildcards: plain(training_of(wildcards)),
        protocol=lambda wildcards: plain(protocol_of(wildcards)),
        scratch=f"{RESULTS}/checkpoints/external",
        named=named_code,
        code=code("predict_external.py"),
        lock=lock_of_predicting,
    script:
        "../workflow_scripts/predict_external.py"


# A run that nothing trains: the mean outputs of its members' runs, which all that follows takes for any other run.
rule combine:
    input:
        predictions=predictions_of_members,
    output:
        predictions=f"{RUN}/predictions.parquet",
    log:
        f"{RESULTS}/logs/combine/{{variant}}/{{resolution}}px/share-{{share}}/{{split}}/seed-{{seed}}.log",
    wildcard_constraints:
        variant=one_of(ENSEMBLES),
    localrule: True
    conda:
        ENVIRONMENT
    params:
        code=code("combine.py"),
        lock=lock("combine.py"),
    script:
        "../workflow_scripts/combine.py"


rule combine_external:
    input:
        predictions=external_of_members,
    output:
        predictions=f"{RUN}/external.parquet",
    log:
        f"{RESULTS}/logs/combine_external/{{variant}}/{{resolution}}px/share-{{share}}/{{split}}/seed-{{seed}}.log",
    wildcard_constraints:
        variant=one_of(ENSEMBLES),
        split=HOLDOUT,
    localrule: True
    conda:
        ENVIRONMENT
    params:
        code=code("combine.py"),
        lock=lock("combine.py"),
    script:
        "../workflow_scripts/combine.py"

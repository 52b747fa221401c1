"""How good the labels are: signs of noise in the readings, and the discs that are worth reading again."""

if STUDY.labels.judge:
    for judged in ("label_noise", "worth_reading"):
        TABLES += tables_of(judged).values()
        TABLE_VALUES += [tables_of(judged)["json"]]
        FIGURES += figure_of(judged).values()
        FIGURE_WORDS += [figure_of(judged)["words"]]


rule measure_labels:
    input:
        predictions=output_of(
            [plan.run for plan in certainty_plans(STUDY)], "predictions.parquet"
        ),
        graded=f"{RESULTS}/graded.parquet",
        discs=f"{RESULTS}/discs.parquet",
        splits=f"{RESULTS}/splits.parquet",
        ratings=f"{RESULTS}/ratings.parquet",
        again=STUDY.labels.reread or [],
    output:
        noise=f"{RESULTS}/label_noise.parquet",
        quality=f"{RESULTS}/label_quality.parquet",
        queue=f"{RESULTS}/reread.csv",
    log:
        f"{RESULTS}/logs/measure_labels.log",
    conda:
        ENVIRONMENT
    resources:
        mem_mb=growing(4000),
        runtime=growing(30),
    params:
        runs=plain(certainty_plans(STUDY)),
        reason=why_no_certainty(STUDY),
        trained=[
            name for name, variant in STUDY.variants.items() if not variant.members
        ],
        reference=plain(STUDY.cohort.reference),
        intervals=plain(STUDY.intervals),
        code=code("measure_labels.py"),
        lock=lock("measure_labels.py"),
    script:
        "../workflow_scripts/measure_labels.py"


rule label_noise_table:
    input:
        noise=f"{RESULTS}/label_noise.parquet",
    output:
        **tables_of("label_noise", "How good the labels are"),
    log:
        f"{RESULTS}/logs/label_noise_table.log",
    localrule: True
    conda:
        ENVIRONMENT
    params:
        context=CONTEXT,
        reason=why_no_certainty(STUDY),
        code=code("label_noise_table.py"),
        lock=lock("label_noise_table.py"),
    script:
        "../workflow_scripts/label_noise_table.py"


rule label_noise_figure:
    input:
        noise=f"{RESULTS}/label_noise.parquet",
    output:
        **figure_of("label_noise", "How good the labels are"),
    log:
        f"{RESULTS}/logs/label_noise_figure.log",
    localrule: True
    conda:
        ENVIRONMENT
    params:
        context=CONTEXT,
        reason=why_no_certainty(STUDY),
        code=code("label_noise_figure.py"),
        lock=lock("label_noise_figure.py"),
    script:
        "../workflow_scripts/label_noise_figure.py"


rule worth_reading_table:
    input:
        quality=f"{RESULTS}/label_quality.parquet",
    output:
        **tables_of("worth_reading", "Discs worth reading again"),
    log:
        f"{RESULTS}/logs/worth_reading_table.log",
    localrule: True
    conda:
        ENVIRONMENT
    params:
        context=CONTEXT,
        reason=why_no_certainty(STUDY),
        code=code("worth_reading_table.py"),
        lock=lock("worth_reading_table.py"),
    script:
        "../workflow_scripts/worth_reading_table.py"


rule worth_reading_figure:
    input:
        quality=f"{RESULTS}/label_quality.parquet",
        samples=expand(
            f"{RESULTS}/samples/{DEFAULT_RUN.resolution}px/{{shard}}.parquet",
            shard=SHARDS,
        ),
    output:
        **figure_of("worth_reading", "Discs worth reading again"),
    log:
        f"{RESULTS}/logs/worth_reading_figure.log",
    localrule: True
    conda:
        ENVIRONMENT
    params:
        context=DATA,
        reason=why_no_certainty(STUDY),
        resolution=DEFAULT_RUN.resolution,
        pictures=STUDY.report.disc_pictures,
        code=code("worth_reading_figure.py"),
        lock=lock("worth_reading_figure.py"),
    script:
        "../workflow_scripts/worth_reading_figure.py"

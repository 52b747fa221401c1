"""External validation, where patients are of the cohort `external`: `snakemake external`."""

from discgrade.reliability.plan import external_plans, why_no_external


rule score_external:
    input:
        predictions=output_of(
            [plan.run for plan in external_plans(STUDY)], "predictions.parquet"
        ),
        external=external_outputs([plan.run for plan in external_plans(STUDY)]),
        discs=f"{RESULTS}/discs.parquet",
        splits=f"{RESULTS}/splits.parquet",
        calibration=f"{RESULTS}/calibration.json",
    output:
        scores=f"{RESULTS}/external.parquet",
    log:
        f"{RESULTS}/logs/score_external.log",
    conda:
        ENVIRONMENT
    resources:
        mem_mb=growing(4000),
        runtime=growing(30),
    params:
        runs=plain(external_plans(STUDY)),
        reason=why_no_external(STUDY),
        headers=STUDY.bundle.headers,
        intervals=plain(STUDY.intervals),
        code=code("score_external.py"),
        lock=lock("score_external.py"),
    script:
        "../workflow_scripts/score_external.py"


rule external_table:
    input:
        scores=f"{RESULTS}/external.parquet",
    output:
        **tables_of("external"),
    log:
        f"{RESULTS}/logs/external_table.log",
    localrule: True
    conda:
        ENVIRONMENT
    params:
        reason=why_no_external(STUDY),
        context=CONTEXT,
        code=code("external_table.py"),
        lock=lock("external_table.py"),
    script:
        "../workflow_scripts/external_table.py"


rule external_figure:
    input:
        scores=f"{RESULTS}/external.parquet",
    output:
        **figure_of("external"),
    log:
        f"{RESULTS}/logs/external_figure.log",
    localrule: True
    conda:
        ENVIRONMENT
    params:
        reason=why_no_external(STUDY),
        context=CONTEXT,
        code=code("external_figure.py"),
        lock=lock("external_figure.py"),
    script:
        "../workflow_scripts/external_figure.py"


rule external:
    input:
        LAYOUT_FILE,
        tables_of("external").values(),
        figure_of("external").values(),

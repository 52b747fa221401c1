"""Scores of every run, credible intervals and paired comparisons."""


rule score:
    input:
        predictions=output_of(study.all_runs(config), "predictions.parquet"),
        discs=f"{RESULTS}/discs.parquet",
        splits=f"{RESULTS}/splits.parquet",
        ratings=f"{RESULTS}/ratings.parquet",
    output:
        graded=f"{RESULTS}/graded.parquet",
        scores=f"{RESULTS}/scores.parquet",
    log:
        f"{RESULTS}/logs/score.log",
    conda:
        ENVIRONMENT
    resources:
        mem_mb=growing(4000),
        runtime=growing(30),
    params:
        runs=study.run_plans(config),
        reference=config["cohort"]["reference"],
        code=code("score.py"),
        lock=LOCK,
    script:
        "../workflow_scripts/score.py"


rule credible_intervals:
    input:
        graded=f"{RESULTS}/graded.parquet",
        discs=f"{RESULTS}/discs.parquet",
        ratings=f"{RESULTS}/ratings.parquet",
    output:
        intervals=f"{RESULTS}/intervals.parquet",
        comparisons=f"{RESULTS}/comparisons.parquet",
    log:
        f"{RESULTS}/logs/credible_intervals.log",
    conda:
        ENVIRONMENT
    resources:
        mem_mb=growing(4000),
        runtime=growing(60),
    params:
        intervals=config["intervals"],
        unit=config["protocol"]["unit"],
        reference=config["cohort"]["reference"],
        code=code("credible_intervals.py"),
        lock=LOCK,
    script:
        "../workflow_scripts/credible_intervals.py"

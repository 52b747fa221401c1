"""Scores of every run, credible intervals, paired comparisons, and how sure a grade is."""

from discgrade.reliability.plan import (
    certainty_plans,
    main_runs,
    run_plans,
    why_no_certainty,
)


rule score:
    input:
        predictions=output_of(grid.all_runs(STUDY), "predictions.parquet"),
        external=external_outputs(grid.all_runs(STUDY)),
        discs=f"{RESULTS}/discs.parquet",
        splits=f"{RESULTS}/splits.parquet",
        ratings=f"{RESULTS}/ratings.parquet",
        labels=LEARNED_LABELS,
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
        runs=plain(run_plans(STUDY)),
        reference=plain(STUDY.cohort.reference),
        code=code("score.py"),
        lock=lock("score.py"),
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
        posteriors=f"{RESULTS}/posteriors.parquet",
        shown=f"{RESULTS}/shown_intervals.parquet",
    log:
        f"{RESULTS}/logs/credible_intervals.log",
    conda:
        ENVIRONMENT
    threads: 4
    resources:
        mem_mb=growing(4000),
        runtime=growing(60),
    params:
        settings=plain(STUDY.intervals),
        unit=STUDY.unit,
        reference=plain(STUDY.cohort.reference),
        code=code("credible_intervals.py"),
        lock=lock("credible_intervals.py"),
    script:
        "../workflow_scripts/credible_intervals.py"


rule calibrate:
    input:
        predictions=output_of(
            [plan.run for plan in certainty_plans(STUDY)], "predictions.parquet"
        ),
        discs=f"{RESULTS}/discs.parquet",
        splits=f"{RESULTS}/splits.parquet",
    output:
        calibration=f"{RESULTS}/calibration.json",
        certainty=f"{RESULTS}/certainty.parquet",
    log:
        f"{RESULTS}/logs/calibrate.log",
    conda:
        ENVIRONMENT
    resources:
        mem_mb=growing(4000),
        runtime=growing(30),
    params:
        runs=plain(certainty_plans(STUDY)),
        reason=why_no_certainty(STUDY),
        coverage=STUDY.certainty.coverage,
        intervals=plain(STUDY.intervals),
        code=code("calibrate.py"),
        lock=lock("calibrate.py"),
    script:
        "../workflow_scripts/calibrate.py"


rule agreement:
    input:
        graded=f"{RESULTS}/graded.parquet",
        discs=f"{RESULTS}/discs.parquet",
    output:
        agreement=f"{RESULTS}/agreement.parquet",
    log:
        f"{RESULTS}/logs/agreement.log",
    conda:
        ENVIRONMENT
    resources:
        mem_mb=growing(4000),
        runtime=growing(30),
    params:
        runs=plain(main_runs(STUDY)),
        headers=STUDY.bundle.headers,
        intervals=plain(STUDY.intervals),
        code=code("agreement.py"),
        lock=lock("agreement.py"),
    script:
        "../workflow_scripts/agreement.py"

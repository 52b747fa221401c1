"""Names of all figures, and the paper's; each also writes the table that it draws."""

FIGURE_NAMES = [f"figure{number}" for number in range(1, 6)] + [
    "confusion",
    "forest",
    "groups",
    "bland_altman",
    "curves",
    "calibration",
    "widths",
    "flow",
]
FIGURE_WORDS = [figure_of(name)["words"] for name in FIGURE_NAMES]
FIGURES = [path for name in FIGURE_NAMES for path in figure_of(name).values()] + [
    f"{RESULTS}/figures/rois.pdf"
]

REGRESSION_RUN = grid.regression_run(STUDY)


rule figure1:
    input:
        discs=f"{RESULTS}/discs.parquet",
    output:
        **figure_of("figure1", "Distribution of grades"),
    log:
        f"{RESULTS}/logs/figure1.log",
    localrule: True
    conda:
        ENVIRONMENT
    params:
        context=DATA,
        code=code("figure1.py"),
        lock=lock("figure1.py"),
    script:
        "../workflow_scripts/figure1.py"


rule figure2:
    input:
        graded=f"{RESULTS}/graded.parquet",
        discs=f"{RESULTS}/discs.parquet",
        scores=f"{RESULTS}/scores.parquet",
        intervals=f"{RESULTS}/intervals.parquet",
        shown=f"{RESULTS}/shown_intervals.parquet",
        samples=expand(
            f"{RESULTS}/samples/{DEFAULT_RUN.resolution}px/{{shard}}.parquet",
            shard=SHARDS,
        ),
    output:
        **figure_of("figure2", "Reference against prediction"),
    log:
        f"{RESULTS}/logs/figure2.log",
    localrule: True
    conda:
        ENVIRONMENT
    params:
        context=shown(DEFAULT_RUN.variant),
        run=plain(DEFAULT_RUN),
        label=lambda _: LABELS[DEFAULT_RUN.variant],
        pictures=STUDY.report.disc_pictures,
        seed=STUDY.splits.seed,
        code=code("figure2.py"),
        lock=lock("figure2.py"),
    script:
        "../workflow_scripts/figure2.py"


rule figure3:
    input:
        scores=f"{RESULTS}/scores.parquet",
        intervals=f"{RESULTS}/intervals.parquet",
        shown=f"{RESULTS}/shown_intervals.parquet",
        discs=f"{RESULTS}/discs.parquet",
        splits=f"{RESULTS}/splits.parquet",
    output:
        **figure_of("figure3", "Training fraction"),
    log:
        f"{RESULTS}/logs/figure3.log",
    localrule: True
    conda:
        ENVIRONMENT
    params:
        context=shown(DEFAULT_RUN.variant),
        run=plain(DEFAULT_RUN),
        code=code("figure3.py"),
        lock=lock("figure3.py"),
    script:
        "../workflow_scripts/figure3.py"


rule figure4:
    input:
        scores=f"{RESULTS}/scores.parquet",
        intervals=f"{RESULTS}/intervals.parquet",
        shown=f"{RESULTS}/shown_intervals.parquet",
    output:
        **figure_of("figure4", "Resolution"),
    log:
        f"{RESULTS}/logs/figure4.log",
    localrule: True
    conda:
        ENVIRONMENT
    params:
        context=shown(DEFAULT_RUN.variant),
        run=plain(DEFAULT_RUN),
        code=code("figure4.py"),
        lock=lock("figure4.py"),
    script:
        "../workflow_scripts/figure4.py"


rule figure5:
    input:
        graded=f"{RESULTS}/graded.parquet",
        discs=f"{RESULTS}/discs.parquet",
        scores=f"{RESULTS}/scores.parquet",
        intervals=f"{RESULTS}/intervals.parquet",
        shown=f"{RESULTS}/shown_intervals.parquet",
        samples=expand(
            f"{RESULTS}/samples/{DEFAULT_RUN.resolution}px/{{shard}}.parquet",
            shard=SHARDS,
        ),
    output:
        **figure_of("figure5", "Reference against prediction, regression"),
    log:
        f"{RESULTS}/logs/figure5.log",
    localrule: True
    conda:
        ENVIRONMENT
    params:
        context=shown(REGRESSION_RUN.variant),
        run=plain(REGRESSION_RUN),
        label=lambda _: variant_name(REGRESSION_RUN.variant, LABELS),
        pictures=STUDY.report.disc_pictures,
        seed=STUDY.splits.seed,
        code=code("figure5.py"),
        lock=lock("figure5.py"),
    script:
        "../workflow_scripts/figure5.py"

"""The paper's figures, and three more; each also writes the table that it draws."""

FIGURE_NAMES = [f"figure{number}" for number in range(1, 6)] + [
    "confusion",
    "forest",
    "curves",
    "flow",
]
FIGURES = [path for name in FIGURE_NAMES for path in figure_of(name).values()] + [
    f"{RESULTS}/figures/rois.pdf"
]

DEFAULT_RUN = study.default_run(config)
REGRESSION_RUN = study.regression_run(config)


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
        code=code("figure1.py"),
        lock=LOCK,
    script:
        "../workflow_scripts/figure1.py"


rule figure2:
    input:
        graded=f"{RESULTS}/graded.parquet",
        discs=f"{RESULTS}/discs.parquet",
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
        run=DEFAULT_RUN.wildcards,
        pictures=config["report"]["disc_pictures"],
        seed=config["splits"]["seed"],
        code=code("figure2.py"),
        lock=LOCK,
    script:
        "../workflow_scripts/figure2.py"


rule figure3:
    input:
        scores=f"{RESULTS}/scores.parquet",
        intervals=f"{RESULTS}/intervals.parquet",
        discs=f"{RESULTS}/discs.parquet",
        splits=f"{RESULTS}/splits.parquet",
    output:
        **figure_of("figure3", "Size of the training part"),
    log:
        f"{RESULTS}/logs/figure3.log",
    localrule: True
    conda:
        ENVIRONMENT
    params:
        run=DEFAULT_RUN.wildcards,
        code=code("figure3.py"),
        lock=LOCK,
    script:
        "../workflow_scripts/figure3.py"


rule figure4:
    input:
        scores=f"{RESULTS}/scores.parquet",
        intervals=f"{RESULTS}/intervals.parquet",
    output:
        **figure_of("figure4", "Resolution"),
    log:
        f"{RESULTS}/logs/figure4.log",
    localrule: True
    conda:
        ENVIRONMENT
    params:
        run=DEFAULT_RUN.wildcards,
        code=code("figure4.py"),
        lock=LOCK,
    script:
        "../workflow_scripts/figure4.py"


rule figure5:
    input:
        graded=f"{RESULTS}/graded.parquet",
        discs=f"{RESULTS}/discs.parquet",
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
        run=REGRESSION_RUN.wildcards,
        pictures=config["report"]["disc_pictures"],
        seed=config["splits"]["seed"],
        code=code("figure5.py"),
        lock=LOCK,
    script:
        "../workflow_scripts/figure5.py"


rule confusion:
    input:
        graded=f"{RESULTS}/graded.parquet",
    output:
        **figure_of("confusion", "Confusion matrices"),
    log:
        f"{RESULTS}/logs/confusion.log",
    localrule: True
    conda:
        ENVIRONMENT
    params:
        panels=study.confusion_panels(config),
        code=code("confusion.py"),
        lock=LOCK,
    script:
        "../workflow_scripts/confusion.py"


rule forest:
    input:
        scores=f"{RESULTS}/scores.parquet",
        intervals=f"{RESULTS}/intervals.parquet",
    output:
        **figure_of("forest", "All variants with intervals"),
    log:
        f"{RESULTS}/logs/forest.log",
    localrule: True
    conda:
        ENVIRONMENT
    params:
        run=DEFAULT_RUN.wildcards,
        variants=study.trained_variants(config),
        code=code("forest.py"),
        lock=LOCK,
    script:
        "../workflow_scripts/forest.py"


rule curves:
    input:
        histories=output_of(study.variant_runs(config), "history.parquet"),
    output:
        **figure_of("curves", "Training curves"),
    log:
        f"{RESULTS}/logs/curves.log",
    localrule: True
    conda:
        ENVIRONMENT
    params:
        titles=study.titles(study.variant_runs(config)),
        code=code("curves.py"),
        lock=LOCK,
    script:
        "../workflow_scripts/curves.py"


rule flow:
    input:
        flow=f"{RESULTS}/flow.json",
    output:
        **figure_of("flow", "Flow of exclusions"),
    log:
        f"{RESULTS}/logs/flow.log",
    localrule: True
    conda:
        ENVIRONMENT
    params:
        code=code("flow.py"),
        lock=LOCK,
    script:
        "../workflow_scripts/flow.py"

"""The figures that the paper lacks: confusion, all variants, training, certainty, flow, and agreement by group."""

from discgrade.publication.figures.drawing.panels import confusion_panels, curve_panels


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
        context=shown(),
        panels=plain(confusion_panels(STUDY)),
        code=code("confusion.py"),
        lock=lock("confusion.py"),
    script:
        "../workflow_scripts/confusion.py"


rule forest:
    input:
        scores=f"{RESULTS}/scores.parquet",
        intervals=f"{RESULTS}/intervals.parquet",
        shown=f"{RESULTS}/shown_intervals.parquet",
        posteriors=f"{RESULTS}/posteriors.parquet",
    output:
        **figure_of("forest", "All variants with intervals"),
    log:
        f"{RESULTS}/logs/forest.log",
    localrule: True
    conda:
        ENVIRONMENT
    params:
        context=shown(),
        run=plain(DEFAULT_RUN),
        labels={name: LABELS[name] for name in STUDY.grid.variants},
        code=code("forest.py"),
        lock=lock("forest.py"),
    script:
        "../workflow_scripts/forest.py"


rule curves:
    input:
        histories=output_of(grid.trained_runs(STUDY), "history.parquet"),
    output:
        **figure_of("curves", "Training curves"),
    log:
        f"{RESULTS}/logs/curves.log",
    localrule: True
    conda:
        ENVIRONMENT
    params:
        context=shown(*STUDY.grid.variants),
        panels=plain(curve_panels(STUDY)),
        code=code("curves.py"),
        lock=lock("curves.py"),
    script:
        "../workflow_scripts/curves.py"


rule calibration:
    input:
        certainty=f"{RESULTS}/certainty.parquet",
        calibration=f"{RESULTS}/calibration.json",
    output:
        **figure_of("calibration", "Calibration and sets of grades"),
    log:
        f"{RESULTS}/logs/calibration.log",
    localrule: True
    conda:
        ENVIRONMENT
    params:
        context=shown(BUNDLED),
        code=code("calibration.py"),
        lock=lock("calibration.py"),
    script:
        "../workflow_scripts/calibration.py"


rule flow:
    input:
        flow=f"{RESULTS}/flow.json",
        discs=f"{RESULTS}/discs.parquet",
        splits=f"{RESULTS}/splits.parquet",
    output:
        **figure_of("flow", "Flow of participants"),
    log:
        f"{RESULTS}/logs/flow.log",
    localrule: True
    conda:
        ENVIRONMENT
    params:
        context=DATA,
        code=code("flow.py"),
        lock=lock("flow.py"),
    script:
        "../workflow_scripts/flow.py"


rule groups:
    input:
        agreement=f"{RESULTS}/agreement.parquet",
    output:
        **figure_of("groups", "Agreement by group"),
    log:
        f"{RESULTS}/logs/groups.log",
    localrule: True
    conda:
        ENVIRONMENT
    params:
        context=shown(BUNDLED),
        code=code("groups.py"),
        lock=lock("groups.py"),
    script:
        "../workflow_scripts/groups.py"


rule bland_altman:
    input:
        graded=f"{RESULTS}/graded.parquet",
        discs=f"{RESULTS}/discs.parquet",
        agreement=f"{RESULTS}/agreement.parquet",
    output:
        **figure_of("bland_altman", "Bland-Altman plots"),
    log:
        f"{RESULTS}/logs/bland_altman.log",
    localrule: True
    conda:
        ENVIRONMENT
    params:
        context=shown(BUNDLED),
        runs=plain(main_runs(STUDY)),
        code=code("bland_altman.py"),
        lock=lock("bland_altman.py"),
    script:
        "../workflow_scripts/bland_altman.py"


rule widths:
    input:
        agreement=f"{RESULTS}/agreement.parquet",
    output:
        **figure_of("widths", "Sample size of the next study"),
    log:
        f"{RESULTS}/logs/widths.log",
    localrule: True
    conda:
        ENVIRONMENT
    params:
        context=shown(BUNDLED),
        code=code("widths.py"),
        lock=lock("widths.py"),
    script:
        "../workflow_scripts/widths.py"

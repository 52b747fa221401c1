"""What found boxes are worth: measured, regraded, shown."""

from discgrade.reliability.localisation.metrics import locator_run
from discgrade.settings.members import regrading_runs

# The networks that grade found boxes: the default variant's, or the first of its members that is trained in the folds.
REGRADING_RUNS = regrading_runs(STUDY)

if STUDY.locator.train:
    TABLES += tables_of("localisation").values()
    TABLE_VALUES += [tables_of("localisation")["json"]]
    FIGURES += [
        *figure_of("localisation").values(),
        f"{RESULTS}/figures/worst_boxes.pdf",
        f"{RESULTS}/figures/worst_boxes.png",
    ]


# What found boxes are worth in the end: the same networks grade each disc by its drawn and by its found region.
rule regrade_found:
    input:
        **by_shard("instances"),
        boxes=f"{RESULTS}/boxes.parquet",
        models=output_of([one.run for one in REGRADING_RUNS], "model.keras"),
    output:
        regraded=f"{LOCATED}/regraded.parquet",
    log:
        f"{RESULTS}/logs/regrade_found.log",
    conda:
        ENVIRONMENT
    resources:
        mem_mb=growing(4000),
        runtime=growing(60),
    params:
        export=EXPORT,
        trained=plain(REGRADING_RUNS),
        cut={"region": STUDY.images.region, "border": STUDY.images.border},
        networks=sorted({one.training.network for one in REGRADING_RUNS}),
        named=named_networks(sorted({one.training.network for one in REGRADING_RUNS})),
        code=code("regrade_found.py"),
        lock=lock(
            "regrade_found.py",
            named=sorted({one.training.network for one in REGRADING_RUNS}),
            backend=LOCATOR_TRAINING["backend"],
        ),
    script:
        "../workflow_scripts/regrade_found.py"


rule measure_localisation:
    input:
        boxes=f"{RESULTS}/boxes.parquet",
        discs=f"{RESULTS}/discs.parquet",
        regraded=[f"{LOCATED}/regraded.parquet"] if REGRADING_RUNS else [],
    output:
        localisation=f"{RESULTS}/localisation.parquet",
    log:
        f"{RESULTS}/logs/measure_localisation.log",
    conda:
        ENVIRONMENT
    resources:
        mem_mb=growing(2000),
        runtime=growing(30),
    params:
        run=plain(locator_run(STUDY.locator.side, STUDY.locator.seed)),
        scale=REGRADING_RUNS[0].training.scale if REGRADING_RUNS else "integral",
        headers=STUDY.bundle.headers,
        settings=plain(STUDY.intervals),
        code=code("measure_localisation.py"),
        lock=lock("measure_localisation.py"),
    script:
        "../workflow_scripts/measure_localisation.py"


rule localisation_table:
    input:
        localisation=f"{RESULTS}/localisation.parquet",
        facts=f"{LOCATED}/locator.json",
    output:
        **tables_of("localisation", "Found boxes"),
    log:
        f"{RESULTS}/logs/localisation_table.log",
    localrule: True
    conda:
        ENVIRONMENT
    params:
        context=CONTEXT,
        regraded=REGRADING_RUNS[0].run.variant if REGRADING_RUNS else "",
        code=code("localisation_table.py"),
        lock=lock("localisation_table.py"),
    script:
        "../workflow_scripts/localisation_table.py"


rule localisation_figure:
    input:
        boxes=f"{RESULTS}/boxes.parquet",
    output:
        **figure_of("localisation", "Found boxes"),
    log:
        f"{RESULTS}/logs/localisation_figure.log",
    localrule: True
    conda:
        ENVIRONMENT
    params:
        context=CONTEXT,
        code=code("localisation_figure.py"),
        lock=lock("localisation_figure.py"),
    script:
        "../workflow_scripts/localisation_figure.py"


rule draw_worst_boxes:
    input:
        **by_shard("instances"),
        boxes=f"{RESULTS}/boxes.parquet",
    output:
        pdf=f"{RESULTS}/figures/worst_boxes.pdf",
        png=reported(
            f"{RESULTS}/figures/worst_boxes.png",
            "worst_boxes",
            "Figures",
            "Largest errors of found boxes",
        ),
    log:
        f"{RESULTS}/logs/draw_worst_boxes.log",
    conda:
        ENVIRONMENT
    resources:
        mem_mb=growing(2000),
        runtime=growing(15),
    params:
        export=EXPORT,
        pictures=STUDY.report.disc_pictures,
        code=code("draw_worst_boxes.py"),
        lock=lock("draw_worst_boxes.py"),
    script:
        "../workflow_scripts/draw_worst_boxes.py"

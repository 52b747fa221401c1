"""Regions of interest at native resolution, and the pictures by which a swapped coordinate is seen."""


rule extract_rois:
    input:
        instances=f"{RESULTS}/instances/{{shard}}.parquet",
        ratings=f"{RESULTS}/ratings/{{shard}}.parquet",
    output:
        rois=f"{RESULTS}/rois/{{shard}}.parquet",
    log:
        f"{RESULTS}/logs/extract_rois/{{shard}}.log",
    conda:
        ENVIRONMENT
    resources:
        mem_mb=growing(2000),
        runtime=growing(60),
    params:
        export=EXPORT,
        reference=plain(STUDY.cohort.reference),
        region=STUDY.images.region,
        code=code("extract_rois.py"),
        lock=lock("extract_rois.py"),
    script:
        "../workflow_scripts/extract_rois.py"


rule flag_regions:
    input:
        **by_shard("instances", "rejected", "ratings", "excluded", "rois"),
    output:
        flagged=f"{RESULTS}/flagged.parquet",
    log:
        f"{RESULTS}/logs/flag_regions.log",
    conda:
        ENVIRONMENT
    resources:
        mem_mb=growing(2000),
        runtime=growing(15),
    params:
        shards=all_shards,
        reference=plain(STUDY.cohort.reference),
        listed=True,
        code=code("flag_regions.py"),
        lock=lock("flag_regions.py"),
    script:
        "../workflow_scripts/flag_regions.py"


if STUDY.cohort.exclude_flagged:

    # What looks wrong among the patients to train on, whoever is external.
    rule flag_training_regions:
        input:
            **by_ordinary_shard("instances", "rejected", "ratings", "excluded", "rois"),
        output:
            flagged=f"{TRAINING}/flagged.parquet",
        log:
            f"{RESULTS}/logs/flag_training_regions.log",
        conda:
            ENVIRONMENT
        resources:
            mem_mb=growing(2000),
            runtime=growing(15),
        params:
            shards=SHARDS,
            reference=plain(STUDY.cohort.reference),
            listed=False,
            code=code("flag_regions.py"),
            lock=lock("flag_regions.py"),
        script:
            "../workflow_scripts/flag_regions.py"


rule draw_rois:
    input:
        **by_shard("instances"),
        discs=f"{RESULTS}/discs.parquet",
        flagged=f"{RESULTS}/flagged.parquet",
        boxes=f"{RESULTS}/boxes.parquet" if STUDY.locator.train else [],
    output:
        pdf=f"{RESULTS}/figures/rois.pdf",
        png=report(
            f"{RESULTS}/figures/rois.png",
            caption="captions/rois.rst",
            category="Cohort",
            labels={"figure": "Regions of interest"},
        ),
        flagged=report(
            f"{RESULTS}/figures/flagged.png",
            caption="captions/flagged.rst",
            category="Cohort",
            labels={"figure": "Flagged regions"},
        ),
    log:
        f"{RESULTS}/logs/draw_rois.log",
    conda:
        ENVIRONMENT
    resources:
        mem_mb=growing(2000),
        runtime=growing(15),
    params:
        export=EXPORT,
        seed=STUDY.splits.seed,
        pictures=STUDY.report.disc_pictures,
        code=code("draw_rois.py"),
        lock=lock("draw_rois.py"),
    script:
        "../workflow_scripts/draw_rois.py"

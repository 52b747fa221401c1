"""From a folder of scans and a sheet of readings to an anonymised cohort with reference grades and splits."""


# The first rule of each source stands on this mark, and all others on that rule: results of an earlier layout are made
# anew even where Snakemake's notes on them did not come along. No record will name the configs of that layout again.
rule layout:
    output:
        touch(LAYOUT_FILE),
    log:
        f"{RESULTS}/logs/layout.log",
    localrule: True
    conda:
        ENVIRONMENT
    shell:
        f"rm -f {RESULTS}/provenance/config-*.json > {{log}}"


if SOURCE == "phantom":

    rule make_phantom:
        input:
            layout=LAYOUT_FILE,
        output:
            ratings=f"{PRIVATE}/source/ratings.csv",
            truth=f"{PRIVATE}/source/truth.parquet",
        log:
            f"{RESULTS}/logs/make_phantom.log",
        conda:
            ENVIRONMENT
        threads: 64
        resources:
            mem_mb=growing(2000),
            runtime=growing(30),
        params:
            destination=f"{PRIVATE}/source/dicom",
            phantom=plain(STUDY.cohort.phantom),
            code=code("make_phantom.py"),
            lock=lock("make_phantom.py"),
        script:
            "../workflow_scripts/make_phantom.py"


if SOURCE == "rating":

    # The sheet and the methods, for people. What a shard is made of is told apart when the study is planned.
    rule export_readings:
        input:
            layout=LAYOUT_FILE,
        output:
            ratings=f"{PRIVATE}/readings.csv",
            ungraded=f"{PRIVATE}/readings.ungraded.csv",
            methods=f"{PRIVATE}/readings.methods.md",
        log:
            f"{RESULTS}/logs/export_readings.log",
        localrule: True
        conda:
            ENVIRONMENT
        params:
            content=readings_digest,
            rating=plain(STUDY.rating),
            code=code("export_readings.py"),
            lock=lock("export_readings.py"),
        script:
            "../workflow_scripts/export_readings.py"


if PROPOSING:

    # Rows of the sheet without a box get the slice and box that the locator of an earlier study finds.
    rule propose_boxes:
        input:
            layout=LAYOUT_FILE,
        output:
            ratings=f"{PRIVATE}/source/ratings.csv",
            proposed=f"{PRIVATE}/proposed.csv",
        log:
            f"{RESULTS}/logs/propose_boxes.log",
        conda:
            ENVIRONMENT
        resources:
            mem_mb=growing(2000),
            runtime=growing(60),
        params:
            content=unread_digest,
            bundle=bundle_digest,
            code=code("propose_boxes.py"),
            lock=lock("propose_boxes.py"),
        script:
            "../workflow_scripts/propose_boxes.py"


if SOURCE == "export":

    if not IN_JOB:
        check_source()

    rule adopt_export:
        input:
            layout=LAYOUT_FILE,
            instances=f"{STUDY.cohort.export}/instances/{{shard}}.parquet",
            rejected=f"{STUDY.cohort.export}/rejected/{{shard}}.parquet",
            ratings=f"{STUDY.cohort.export}/ratings/{{shard}}.parquet",
            excluded=f"{STUDY.cohort.export}/excluded/{{shard}}.parquet",
        output:
            instances=f"{RESULTS}/instances/{{shard}}.parquet",
            rejected=f"{RESULTS}/rejected/{{shard}}.parquet",
            ratings=f"{RESULTS}/ratings/{{shard}}.parquet",
            excluded=f"{RESULTS}/excluded/{{shard}}.parquet",
        log:
            f"{RESULTS}/logs/adopt_export/{{shard}}.log",
        localrule: True
        conda:
            ENVIRONMENT
        params:
            code=code("adopt_export.py"),
            lock=lock("adopt_export.py"),
        script:
            "../workflow_scripts/adopt_export.py"

elif SOURCE == "volumes":

    rule take_volumes:
        input:
            layout=LAYOUT_FILE,
        output:
            instances=f"{RESULTS}/instances/{{shard}}.parquet",
            rejected=f"{RESULTS}/rejected/{{shard}}.parquet",
            ratings=f"{RESULTS}/ratings/{{shard}}.parquet",
            excluded=f"{RESULTS}/excluded/{{shard}}.parquet",
        log:
            f"{RESULTS}/logs/take_volumes/{{shard}}.log",
        conda:
            ENVIRONMENT
        resources:
            mem_mb=growing(3000),
            runtime=growing(60),
        params:
            content=source_digest,
            shards=POSSIBLE_SHARDS,
            export=EXPORT,
            deidentify=plain(STUDY.deidentify),
            ratings=plain(STUDY.ratings),
            code=code("take_volumes.py"),
            lock=lock("take_volumes.py"),
        script:
            "../workflow_scripts/take_volumes.py"

else:

    rule deidentify:
        input:
            layout=LAYOUT_FILE if SOURCE in ("folder", "rating") else [],
            made=f"{PRIVATE}/source/ratings.csv" if SHEET_IS_MADE else [],
        output:
            instances=f"{RESULTS}/instances/{{shard}}.parquet",
            rejected=f"{RESULTS}/rejected/{{shard}}.parquet",
            ratings=f"{RESULTS}/ratings/{{shard}}.parquet",
            excluded=f"{RESULTS}/excluded/{{shard}}.parquet",
        log:
            f"{RESULTS}/logs/deidentify/{{shard}}.log",
        conda:
            ENVIRONMENT
        resources:
            mem_mb=growing(2000),
            runtime=growing(60),
        params:
            content=source_digest,
            shards=POSSIBLE_SHARDS,
            export=EXPORT,
            deidentify=plain(STUDY.deidentify),
            ratings=RATINGS,
            key_seed=STUDY.cohort.phantom.seed if SOURCE == "phantom" else None,
            code=code("deidentify.py"),
            lock=lock("deidentify.py"),
        script:
            "../workflow_scripts/deidentify.py"


# What trainings stand on: no patient of the cohort `external`, and nothing that such a patient changes.
rule split:
    input:
        **by_ordinary_shard("instances", "rejected", "ratings", "excluded"),
        flagged=f"{TRAINING}/flagged.parquet" if STUDY.cohort.exclude_flagged else [],
    output:
        discs=f"{TRAINING}/discs.parquet",
        splits=f"{TRAINING}/splits.parquet",
    log:
        f"{RESULTS}/logs/split.log",
    conda:
        ENVIRONMENT
    resources:
        mem_mb=growing(2000),
        runtime=growing(15),
    params:
        shards=shards_to_split,
        reference=plain(STUDY.cohort.reference),
        accept_regions=STUDY.cohort.accept_regions,
        splits=plain(STUDY.splits),
        code=code("split.py"),
        lock=lock("split.py"),
    script:
        "../workflow_scripts/split.py"


rule select_discs:
    input:
        **by_shard("instances", "rejected", "ratings", "excluded"),
        trained=f"{TRAINING}/discs.parquet",
        trained_splits=f"{TRAINING}/splits.parquet",
        flagged=f"{RESULTS}/flagged.parquet" if STUDY.cohort.exclude_flagged else [],
    output:
        ratings=f"{RESULTS}/ratings.parquet",
        discs=f"{RESULTS}/discs.parquet",
        splits=f"{RESULTS}/splits.parquet",
        flow=f"{RESULTS}/flow.json",
    log:
        f"{RESULTS}/logs/select_discs.log",
    conda:
        ENVIRONMENT
    resources:
        mem_mb=growing(2000),
        runtime=growing(15),
    params:
        shards=all_shards,
        reference=plain(STUDY.cohort.reference),
        accept_regions=STUDY.cohort.accept_regions,
        code=code("select_discs.py"),
        lock=lock("select_discs.py"),
    script:
        "../workflow_scripts/select_discs.py"

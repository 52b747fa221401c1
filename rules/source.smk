"""What the source holds, as far as a plan has to know it: checked, counted and digested before any job runs."""

from functools import cache


def check_source():
    """Refuse an export that cannot be taken over."""
    from discgrade.deidentification.adoption import check_export
    from discgrade.private import RefusedError

    try:
        check_export(Path(STUDY.cohort.export), SHARDS)
    except RefusedError as error:
        refuse(error)


@cache
def planned_source():
    """Digest of what each shard of the source holds, and its readings: nothing of them reaches Snakemake's metadata.

    The sheet of readings is checked on the way, before any job runs.
    """
    from discgrade.deidentification.digests import plan_shards
    from discgrade.deidentification.source import source_of
    from discgrade.deidentification.volumes.source import plan_volumes, volumes_of
    from discgrade.private import RefusedError
    from discgrade.readings.expected import expect

    if SOURCE == "rating":
        planned_readings()
    how = {
        "private": Path(PRIVATE),
        "export": Path(EXPORT),
        "deidentify": STUDY.deidentify,
        "ratings": STUDY.ratings,
    }
    try:
        if SOURCE == "volumes":
            planned = plan_volumes(volumes_of(STUDY.cohort), POSSIBLE_SHARDS, **how)
        else:
            planned = plan_shards(
                source_of(STUDY, Path(PRIVATE)), POSSIBLE_SHARDS, **how
            )
    except RefusedError as error:
        refuse(error)
    if not IN_JOB:
        found = expect(planned.readings, STUDY.cohort.reference)
        for note in filter(None, (*planned.notes, found.doubt)):
            logger.warning(note)
        if found.fault:
            refuse(found.fault)
    return planned


@cache
def shards_apart():
    """Names of the shards that hold external patients alone, and of all that hold some; a job is told by the plan."""
    if IN_JOB and (kept := kept_shards()):
        return kept
    found = found_shards_apart()
    keep_shards(found)
    return found


def found_shards_apart():
    """What `shards_apart` tells, from the source."""
    if SOURCE == "export":
        from discgrade.deidentification.adoption import apart_in, external_in

        return apart_in(Path(STUDY.cohort.export)), external_in(
            Path(STUDY.cohort.export)
        )
    if SOURCE == "phantom":
        return [], []
    if PROPOSING:
        from discgrade.grading.locating.proposing import names_external

        from discgrade.private import RefusedError

        sheet = Path(STUDY.cohort.ratings or "")
        try:
            named = names_external(sheet, Path(PRIVATE), STUDY.ratings)
        except RefusedError as error:
            refuse(error)
        return [], SHARDS if named else []
    return planned_source().apart, planned_source().external


def all_shards(wildcards):
    """Names of all shards of the study."""
    return [*SHARDS, *shards_apart()[0]]


def external_samples(wildcards):
    """The sample shards at a run's resolution that hold external patients."""
    return [
        f"{RESULTS}/samples/{wildcards.resolution}px/{shard}.parquet"
        for shard in shards_apart()[1]
    ]


def external_slices(wildcards):
    """The slices for a locator that hold external patients'."""
    return [
        f"{RESULTS}/localisation/external/{shard}.parquet"
        for shard in shards_apart()[1]
    ]


def external_boxes(wildcards):
    """What a locator finds of external patients; nothing without any."""
    return [f"{RESULTS}/localisation/external.parquet"] if shards_apart()[1] else []


def external_outputs(runs):
    """An input: what runs on the hold-out split predict for the external cohort; nothing without one."""
    scored = [run for run in runs if run.split == HOLDOUT]
    return lambda wildcards: (
        output_of(scored, "external.parquet") if shards_apart()[1] else []
    )


def source_digest(wildcards):
    """Digest of what one shard of a user's own source holds."""
    own = SOURCE in ("folder", "rating", "volumes") and not PROPOSING
    return planned_source().digests[wildcards.shard] if own else None


@cache
def expected():
    """What the plan knows of the readings before any job runs; None where a rule makes them, or in a job."""
    from discgrade.readings.expected import expect

    if IN_JOB or SHEET_IS_MADE:
        return None
    if SOURCE == "export":
        from discgrade.deidentification.adoption import readings_of

        apart = shards_apart()[0]
        readings = readings_of(Path(STUDY.cohort.export), [*SHARDS, *apart])
    else:
        readings = planned_source().readings
    return expect(readings, STUDY.cohort.reference)


def shards_to_split(wildcards):
    """The shards to train on; a cohort that is too small for the splits is refused when the study is planned."""
    if expected():
        from discgrade.settings.parts import check_parts

        try:
            check_parts(expected().patients, STUDY.splits)
        except ValueError as error:
            refuse(error)
    return SHARDS


def discs_to_label(wildcards):
    """The discs; a cohort that no model can label is refused when the study is planned."""
    if expected():
        from discgrade.readings.expected import label_fault, label_note

        fault = label_fault(expected(), PSEUDO.cohort)
        if fault:
            refuse(fault)
        note = label_note(expected(), PSEUDO.deviation)
        if note:
            told_once(note)
    return f"{TRAINING}/discs.parquet"


@cache
def told_once(note):
    """Warn of something, once in a plan."""
    logger.warning(note)


@cache
def planned_readings():
    """The sheet of a rating study as it is now, made when the study is planned: it decides which shards change."""
    from discgrade.rating.exporting import export_study

    sheet = Path(PRIVATE, "source", "ratings.csv")
    export_study(Path(STUDY.cohort.ratings), sheet, STUDY.rating)
    return sheet


def readings_digest(wildcards):
    """Digest of the sheet of a rating study."""
    from discgrade.rating.exporting import sheet_digest

    return sheet_digest(Path(STUDY.cohort.ratings), planned_readings())


def unread_digest(wildcards):
    """Digest of a user's own source as a whole, whose sheet is not read before its boxes are proposed."""
    from discgrade.deidentification.source import unread_digest
    from discgrade.private import RefusedError

    try:
        return unread_digest(STUDY, Path(PRIVATE))
    except RefusedError as error:
        refuse(error)


def bundle_digest(wildcards):
    """Digest of the bundle whose locator proposes boxes; one without a locator is refused when the study is planned."""
    from discgrade.grading.bundle.opening import open_bundle

    try:
        bundle = open_bundle(Path(STUDY.ratings.propose))
    except (ValueError, OSError) as error:
        refuse(error)
    if bundle.facts.locator is None:
        refuse(f"ratings.propose: {STUDY.ratings.propose} holds no locator")
    return bundle.digest

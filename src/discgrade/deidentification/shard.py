"""De-identifying one shard: its folders' files, their readings and the tables that describe both."""

import logging
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path

from discgrade import private as privacy
from discgrade import records
from discgrade.deidentification import origin
from discgrade.deidentification.committing import Made, Place, ShardTables, committing, counted, write_readings
from discgrade.deidentification.elements import profile, vocabulary
from discgrade.deidentification.files import exporting
from discgrade.deidentification.files.cleaning import Settings
from discgrade.deidentification.folders import Job, Outcome, export_files
from discgrade.deidentification.identity import keys
from discgrade.deidentification.identity.pseudonyms import Pseudonyms, held
from discgrade.deidentification.readings import deidentified, left_out
from discgrade.deidentification.sheets import WITHDREW, Sheet, external_folders, names_of, open_sheet
from discgrade.deidentification.source import Source, headers, placing
from discgrade.readings.sheets.sheet import Row
from discgrade.records.cohort.export import INSTANCES
from discgrade.settings.model import Deidentify, Ratings

Rows = list[dict[str, str]]

log = logging.getLogger(__name__)


def deidentify_shard(
    *,
    source: Source,
    shard: str,
    shards: Sequence[str],
    export: Path,
    tables: ShardTables,
    private: Path,
    deidentify: Deidentify,
    ratings: Ratings,
) -> list[str]:
    """Export one shard of a source folder without anything that identifies people.

    Args:
        source: Scans and readings; a hash of its name assigns each top-level entry of the scans to a shard.
        shard: Name of this shard.
        shards: Names of all shards; patients of the cohort `external` go to those that are set apart, if there are any.
        export: Folder that receives the anonymised files, below one folder a patient.
        tables: Tables to write.
        private: Folder of key, index and linkage map.
        deidentify: What may be kept, and how pseudonyms are made.
        ratings: How the sheet is read.

    Returns:
        What a person should know of the sheet, without a name.

    Raises:
        readings.faults.SheetError: if the sheet breaks a rule; no image is read then.
        private.RefusedError: if the private folder or the key may not be used, there are no scans or no sheet, the map
            of raters or the list of withdrawals is doubtful.
    """
    place = Place(shard, shards, export, private)
    privacy.check_places(source.dicom, private, export, source.ratings)
    privacy.make(private)
    tables.remove_leftovers()
    with held(private, deidentify.pseudonym, source.key_seed) as (pseudonyms, fingerprint):
        keys.check_fingerprint(export, fingerprint)
        found = headers(source.dicom, private, deidentify.follow_links)
        sheet = open_sheet(source.ratings, found, private, pseudonyms, ratings, export=export, keep=True)
        shard_of = placing(shards, external_folders(sheet, found))
        job = Job(
            source=source.dicom,
            staged=exporting.stage(export, shard),
            settings=_settings(pseudonyms, deidentify),
            found=found,
            uid_in_sheet=names_of(pseudonyms, ratings.identifiers).uid,
            rated=frozenset(row.get("sop_instance_uid") for row in sheet.rows),
            withdrawn=sheet.withdrawn.keys,
        )
        with records.writer(tables.instances, INSTANCES) as sink:
            outcome = export_files([one for one in found if shard_of(one.path) == shard], job, sink)
            made = _made(job.staged, fingerprint, sheet, outcome, pseudonyms)
            with committing(place, made):
                origin.note(private, source, shards, export, deidentify=deidentify, ratings=ratings)
        excluded = _left_out(sheet, outcome, pseudonyms, shard, lambda path: shard_of(path) if path else shards[0])
    write_readings(made, excluded, tables)
    _say(shard, sheet, outcome, excluded)
    return sheet.notes


def _made(staged: Path, fingerprint: str, sheet: Sheet, outcome: Outcome, pseudonyms: Pseudonyms) -> Made:
    told = deidentified(sheet.rows, sheet.raters, outcome.rated)
    gone = {pseudonyms.patient(key) for key in sheet.withdrawn.keys}
    return Made(staged, fingerprint, sheet.raters, outcome.patients, sheet.rows, told, outcome.rejected, gone)


def _say(shard: str, sheet: Sheet, outcome: Outcome, excluded: Rows) -> None:
    log.info("shard %s: %d files exported, rejected: %s", shard, outcome.exported, counted(outcome.rejected))
    left = dict(Counter(one["reason"] for one in excluded))
    log.info("shard %s: readings left out: %s", shard, left or "none")
    for column, count in sorted(outcome.unread.items()):
        log.info("shard %s: %d files say something of %s that is not understood: left out", shard, count, column)
    for note in sheet.notes:
        log.warning("%s", note)


def _settings(pseudonyms: Pseudonyms, deidentify: Deidentify) -> Settings:
    kept = profile.Options(deidentify.keep_sex_and_age, deidentify.keep_weight_and_size)
    site_words = {word.casefold() for word in deidentify.words}
    return Settings(pseudonyms, kept, vocabulary.words("description") | site_words)


def _left_out(
    sheet: Sheet, outcome: Outcome, pseudonyms: Pseudonyms, shard: str, shard_of: Callable[[str], str]
) -> Rows:
    """Return the readings that this shard leaves out: of rejected images, and those that the sheet itself loses."""
    rejected = {path: reason for _, path, reason in outcome.rejected}

    def home(row: Row) -> str:
        image = sheet.images.get(row.get("sop_instance_uid"))
        return shard_of(image.path if image else "")

    lost = [
        (row, f"image rejected ({rejected.get(sheet.images[row.get('sop_instance_uid')].path, 'not exported')})")
        for row in sheet.rows
        if row.get("sop_instance_uid") not in outcome.rated
    ]
    here = [(row, reason) for row, reason in (*lost, *sheet.excluded) if home(row) == shard]
    gone = {row.number for row, reason in sheet.excluded if reason == WITHDREW}
    return left_out(here, sheet.images, pseudonyms, lambda row: row.number in gone, shard)

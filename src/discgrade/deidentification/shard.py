"""De-identifying one shard: its folders' files, their readings and the tables that describe both."""

import logging
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from discgrade import private as privacy
from discgrade import records
from discgrade.deidentification import origin
from discgrade.deidentification.elements import profile, vocabulary
from discgrade.deidentification.files import exporting
from discgrade.deidentification.files.cleaning import Settings
from discgrade.deidentification.folders import Job, Outcome, export_files
from discgrade.deidentification.identity import keys, linkage, withdrawal
from discgrade.deidentification.identity.pseudonyms import Pseudonyms
from discgrade.deidentification.readings import Told, deidentified, left_out
from discgrade.deidentification.sheets import WITHDREW, Sheet, external_folders, names_of, open_sheet
from discgrade.deidentification.source import Source, headers, placing
from discgrade.readings.sheets.sheet import Row
from discgrade.records.cohort.export import EXCLUDED, INSTANCES, REJECTED
from discgrade.records.cohort.readings import RATINGS
from discgrade.settings.model import Deidentify, Ratings

Rows = list[dict[str, str]]

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class ShardTables:
    """The tables of a shard: INSTANCES, REJECTED and EXCLUDED of `export`, and `readings.RATINGS`."""

    instances: Path
    rejected: Path
    ratings: Path
    excluded: Path


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
    privacy.check_places(source.dicom, private, export, source.ratings)
    privacy.make(private)
    for table in vars(tables).values():
        records.remove_leftovers(table)
    with _pseudonyms(private, deidentify, source.key_seed) as (pseudonyms, fingerprint):
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
            told = deidentified(sheet.rows, sheet.raters, outcome.rated)
            with privacy.locked(private, "export"):
                exporting.commit(job.staged, export, shard, shards, private)
                keys.write_fingerprint(export, fingerprint)
                linkage.note_marks(export, sheet.raters)
                linkage.note_patients(private, shard, shards, outcome.patients)
                linkage.note_readings(private, shard, shards, _rows_of(told, sheet))
                linkage.note_rejected(private, shard, outcome.rejected)
                origin.note(private, source, shards, export, deidentify=deidentify, ratings=ratings)
                gone = {pseudonyms.patient(key) for key in sheet.withdrawn.keys}
                withdrawal.note_models(gone, export.parent, private)
        excluded = _left_out(sheet, outcome, pseudonyms, shard, lambda path: shard_of(path) if path else shards[0])
    _write_tables(told, excluded, outcome, tables)
    _say(shard, sheet, outcome, excluded)
    return sheet.notes


def _rows_of(told: Sequence[Told], sheet: Sheet) -> Iterator[tuple[object, ...]]:
    """Yield for each reading who it is of, and which row of the sheet it was, for the linkage map."""
    rows = {row.number: row for row in sheet.rows}
    for reading, number in told:
        names = (reading[name] for name in ("disc", "rater", "reading"))
        yield (*names, number, rows[number].as_given("patient_id"), rows[number].as_given("rater"))


def _say(shard: str, sheet: Sheet, outcome: Outcome, excluded: Rows) -> None:
    reasons = dict(Counter(reason for _, _, reason in outcome.rejected))
    log.info("shard %s: %d files exported, rejected: %s", shard, outcome.exported, reasons or "none")
    left = dict(Counter(one["reason"] for one in excluded))
    log.info("shard %s: readings left out: %s", shard, left or "none")
    for column, count in sorted(outcome.unread.items()):
        log.info("shard %s: %d files say something of %s that is not understood: left out", shard, count, column)
    for note in sheet.notes:
        log.warning("%s", note)


@contextmanager
def _pseudonyms(private: Path, deidentify: Deidentify, seed: int | None) -> Iterator[tuple[Pseudonyms, str]]:
    """Yield the study's pseudonyms and their key's kind and fingerprint."""
    kind = deidentify.pseudonym if seed is None else "phantom"
    if kind == "random":
        with privacy.locked(private, "map"):
            drawn = keys.RandomMap(private)
            pseudonyms = Pseudonyms(drawn)
            drawn.save()
            yield pseudonyms, f"{kind} {pseudonyms.fingerprint}"
            drawn.save()
        return
    pseudonyms = Pseudonyms(keys.from_file(private) if seed is None else keys.seeded(seed))
    yield pseudonyms, f"{kind} {pseudonyms.fingerprint}"


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


def _write_tables(told: Sequence[Told], excluded: Rows, outcome: Outcome, tables: ShardTables) -> None:
    records.write([one.reading for one in told], RATINGS, tables.ratings)
    records.write(excluded, EXCLUDED, tables.excluded)
    refused = [{"index": index, "reason": reason} for index, _, reason in outcome.rejected]
    records.write(refused, REJECTED, tables.rejected)

"""De-identifying one shard: its folders' files, their readings and the tables that describe both."""

import logging
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from discgrade import private as privacy
from discgrade import records
from discgrade.deidentification import exporting, keys, linkage, origin, profile, readings, vocabulary, withdrawal
from discgrade.deidentification.files import Settings
from discgrade.deidentification.folders import Job, Key, Outcome, export_files
from discgrade.deidentification.pseudonyms import Pseudonyms
from discgrade.deidentification.source import Source, by_instance, headers, shard_of
from discgrade.imaging.header import Header, normalised
from discgrade.readings import rules, sheet
from discgrade.readings.raters import rater_numbers
from discgrade.records.export import INSTANCES, REJECTED
from discgrade.records.readings import RATINGS
from discgrade.settings.model import Deidentify, Identifiers

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class ShardTables:
    """The tables of a shard: `records.export.INSTANCES`, `records.export.REJECTED` and `records.readings.RATINGS`."""

    instances: Path
    rejected: Path
    ratings: Path


def deidentify_shard(
    *,
    source: Source,
    shard: str,
    shards: Sequence[str],
    export: Path,
    tables: ShardTables,
    private: Path,
    deidentify: Deidentify,
    identifiers: Identifiers,
) -> None:
    """Export one shard of a source folder without anything that identifies people.

    Args:
        source: Scans and readings; a hash of its name assigns each top-level entry of the scans to a shard.
        shard: Name of this shard.
        shards: Names of all shards.
        export: Folder that receives the anonymised files, below one folder a patient.
        tables: Tables to write.
        private: Folder of key, index and linkage map.
        deidentify: What may be kept, and how pseudonyms are made.
        identifiers: Whether the sheet names patients and images as the source does, or as an earlier export.

    Raises:
        rules.SheetError: if the sheet breaks a rule; no image is read then.
        private.RefusedError: if the private folder or the key may not be used, or there are no scans or no sheet.
    """
    privacy.check_places(source.dicom, private, export, source.ratings)
    privacy.make(private)
    for table in (tables.instances, tables.rejected, tables.ratings):
        records.remove_leftovers(table)
    with _pseudonyms(private, deidentify, source.key_seed) as (pseudonyms, fingerprint):
        keys.check_fingerprint(export, fingerprint)
        found = headers(source.dicom, private, deidentify.follow_links)
        names = _sheet_names(pseudonyms, identifiers)
        withdrawn = _withdrawn(found, private, pseudonyms)
        rows = _checked_rows(source.ratings, found, withdrawn, names, private)
        job = Job(
            source=source.dicom,
            staged=exporting.stage(export, shard),
            settings=_settings(pseudonyms, deidentify),
            found=found,
            uid_in_sheet=names.uid,
            rated=frozenset(row.get("sop_instance_uid") for row in rows),
            withdrawn=withdrawn,
        )
        with records.writer(tables.instances, INSTANCES) as sink:
            outcome = export_files([one for one in found if shard_of(one.path, shards) == shard], job, sink)
            with privacy.locked(private, "export"):
                exporting.commit(job.staged, export, shard, shards, private)
                keys.write_fingerprint(export, fingerprint)
                linkage.note_patients(private, shard, shards, outcome.patients)
                linkage.note_raters(private, rater_numbers(rows))
                linkage.note_rejected(private, shard, outcome.rejected)
                origin.note(private, source, shards, deidentify.follow_links)
                withdrawal.note_models({pseudonyms.patient(key) for key in withdrawn}, export.parent, private)
    _write_tables(outcome, rows, tables)
    reasons = dict(Counter(reason for _, _, reason in outcome.rejected))
    log.info("shard %s: %d files exported, rejected: %s", shard, outcome.exported, reasons or "none")
    for column, count in sorted(outcome.unread.items()):
        log.info("shard %s: %d files say something of %s that is not understood: left out", shard, count, column)


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


class _Names(NamedTuple):
    """How the sheet names an image, given its UID in the source, and the patient of an image."""

    uid: Callable[[str], str]
    patient: Callable[[Header], str]


def _sheet_names(pseudonyms: Pseudonyms, identifiers: Identifiers) -> _Names:
    if identifiers == "pseudonym":
        return _Names(pseudonyms.uid, lambda header: pseudonyms.patient(header.key))
    return _Names(str, lambda header: header.patient)


def _withdrawn(found: Sequence[Header], private: Path, pseudonyms: Pseudonyms) -> frozenset[Key]:
    """Return which patients of the source are in withdrawn.csv, by original ID or by pseudonym."""
    listed = withdrawal.listed(private)
    if not listed:
        return frozenset()
    keys_of = {one.key: normalised(one.patient) for one in found if one.instance}
    names = {key: {patient, normalised(pseudonyms.patient(key))} for key, patient in keys_of.items()}
    unknown = listed.difference(*names.values())
    log.info("%d of %d entries of %s name no patient of the source", len(unknown), len(listed), withdrawal.LIST)
    return frozenset(key for key, either in names.items() if not listed.isdisjoint(either))


def _checked_rows(
    ratings: Path | None,
    found: Sequence[Header],
    withdrawn: frozenset[Key],
    names: _Names,
    private: Path,
) -> list[sheet.Row]:
    """Return the readings of patients who did not withdraw, checked."""
    if ratings is None:
        return []
    images = {names.uid(uid): header for uid, header in by_instance(found).items()}
    listed = withdrawal.listed(private)

    def stays(row: sheet.Row) -> bool:
        image = images.get(row.get("sop_instance_uid"))
        gone = image is not None and image.key in withdrawn
        return not gone and normalised(row.get("patient_id")) not in listed

    rows = [row for row in sheet.load(ratings) if stays(row)]
    rules.check(rows, images, names.patient, private)
    return rows


def _write_tables(outcome: Outcome, rows: Sequence[sheet.Row], tables: ShardTables) -> None:
    records.write(readings.deidentified(rows, outcome.rated), RATINGS, tables.ratings)
    refused = [{"index": index, "reason": reason} for index, _, reason in outcome.rejected]
    records.write(refused, REJECTED, tables.rejected)

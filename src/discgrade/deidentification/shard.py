"""De-identifying one shard: its folders' files, their readings and the tables that describe both."""

import hashlib
import logging
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

from discgrade import private as privacy
from discgrade import records
from discgrade.deidentification import exporting, keys, linkage, profile, vocabulary, withdrawal
from discgrade.deidentification.files import Settings
from discgrade.deidentification.folders import Job, Key, Outcome, export_files, key_of
from discgrade.deidentification.pseudonyms import Pseudonyms
from discgrade.deidentification.source import by_instance, headers, shard_of
from discgrade.imaging.header import Header, normalised
from discgrade.readings import rules, sheet

log = logging.getLogger(__name__)


def deidentify_shard(
    *,
    source: Path,
    ratings: Path | None,
    shard: str,
    shards: Sequence[str],
    export: Path,
    instances: Path,
    rejected: Path,
    ratings_out: Path,
    private: Path,
    options: Mapping[str, Any],
) -> None:
    """Export one shard of a source folder without anything that identifies people.

    Args:
        source: Folder of DICOM files; its top-level entries are dealt to the shards by a hash of their names.
        ratings: Sheet of readings (csv, parquet or xlsx), or None.
        shard: Name of this shard.
        shards: Names of all shards.
        export: Folder that receives the anonymised files, below one folder a patient.
        instances: Table `records.INSTANCES` that is written.
        rejected: Table `records.REJECTED` that is written.
        ratings_out: Table `records.RATINGS` that is written.
        private: Folder of key, index and maps.
        options: Sections `deidentify` and `ratings` of the config; `key_seed` makes the key of a phantom study.

    Raises:
        rules.SheetError: if the sheet breaks a rule; no image is read then.
        private.RefusedError: if the private folder or the key may not be used, or there are no scans or no sheet.
    """
    privacy.check_places(source, private, export)
    privacy.make(private)
    for table in (instances, rejected, ratings_out):
        records.remove_leftovers(table)
    with _pseudonyms(private, options) as (pseudonyms, mark):
        keys.check_mark(export, mark)
        found = headers(source, private)
        names = _sheet_names(pseudonyms, str(options.get("identifiers", "original")))
        withdrawn = _withdrawn(found, private, pseudonyms)
        rows = _checked_rows(ratings, found, withdrawn, names, private)
        job = Job(
            source=source,
            staged=exporting.stage(export, shard),
            settings=_settings(pseudonyms, options),
            first=by_instance(found),
            uid_in_sheet=names.uid,
            rated=frozenset(row.get("sop_instance_uid") for row in rows),
            withdrawn=withdrawn,
        )
        with records.writer(instances, records.INSTANCES) as sink:
            outcome = export_files([one for one in found if shard_of(one.path, shards) == shard], job, sink)
            with privacy.locked(private, "export"):
                exporting.commit(job.staged, export, shard, shards, private)
                keys.write_mark(export, mark)
                linkage.note(private, shard, shards, outcome.patients)
                linkage.note_raters(private, sheet.raters(rows))
                linkage.note_rejected(private, shard, outcome.rejected)
                withdrawal.note_models({pseudonyms.patient(key) for key in withdrawn}, export.parent, private)
    _write_tables(outcome, rows, rejected, ratings_out)
    reasons = dict(Counter(reason for _, _, reason in outcome.rejected))
    log.info("shard %s: %d files exported, rejected: %s", shard, outcome.exported, reasons or "none")


@contextmanager
def _pseudonyms(private: Path, options: Mapping[str, Any]) -> Iterator[tuple[Pseudonyms, str]]:
    """Yield the study's pseudonyms and the mark of their key: kind and id."""
    seed = options.get("key_seed")
    kind = "phantom" if seed is not None else str(options.get("pseudonym", "keyed"))
    if kind == "random":
        with privacy.locked(private, "map"):
            drawn = keys.RandomMap(private)
            pseudonyms = Pseudonyms(drawn)
            drawn.save()
            yield pseudonyms, f"{kind} {pseudonyms.id}"
            drawn.save()
        return
    pseudonyms = Pseudonyms(keys.from_file(private) if seed is None else keys.seeded(seed))
    yield pseudonyms, f"{kind} {pseudonyms.id}"


def _settings(pseudonyms: Pseudonyms, options: Mapping[str, Any]) -> Settings:
    kept = profile.Options(
        sex_and_age=bool(options.get("keep_sex_and_age", True)),
        weight_and_size=bool(options.get("keep_weight_and_size", False)),
    )
    site_words = {str(word).casefold() for word in options.get("words") or ()}
    return Settings(pseudonyms, kept, vocabulary.words("description") | site_words)


class _Names(NamedTuple):
    """How the sheet names an image, given its UID in the source, and the patient of an image."""

    uid: Callable[[str], str]
    patient: Callable[[Header], str]


def _sheet_names(pseudonyms: Pseudonyms, identifiers: str) -> _Names:
    if identifiers == "pseudonym":
        return _Names(pseudonyms.uid, lambda header: pseudonyms.patient(key_of(header)))
    return _Names(str, lambda header: header.patient)


def _withdrawn(found: Sequence[Header], private: Path, pseudonyms: Pseudonyms) -> frozenset[Key]:
    """Return which patients of the source are in withdrawn.csv, by original ID or by pseudonym."""
    listed = withdrawal.listed(private)
    if not listed:
        return frozenset()
    keys_of = {key_of(one): normalised(one.patient) for one in found if one.instance}
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
        gone = image is not None and key_of(image) in withdrawn
        return not gone and normalised(row.get("patient_id")) not in listed

    rows = [row for row in sheet.load(ratings) if stays(row)]
    rules.check(rows, images, names.patient, private)
    return rows


def _write_tables(outcome: Outcome, rows: Sequence[sheet.Row], rejected: Path, ratings_out: Path) -> None:
    readings = sheet.anonymised(rows, outcome.rated, disc)
    records.write(
        sorted(readings, key=lambda one: (one["disc"], one["rater"], one["reading"])), records.RATINGS, ratings_out
    )
    refused = [{"index": index, "reason": reason} for index, _, reason in outcome.rejected]
    records.write(refused, records.REJECTED, rejected)


def disc(patient: str, study_uid: str, level: str) -> str:
    """Return the name of a disc: patient, digest of the study, level."""
    return f"{patient}-{hashlib.sha256(study_uid.encode()).hexdigest()[:6]}-{level.replace('/', '')}"

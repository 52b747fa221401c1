"""One shard of the volumes of a study as an export: DICOM images, and the tables that a study goes on from."""

import logging
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from discgrade import private as privacy
from discgrade import records
from discgrade.deidentification.committing import Made, Place, ShardTables, committing, counted, write_readings
from discgrade.deidentification.files import exporting
from discgrade.deidentification.identity import keys, linkage, withdrawal
from discgrade.deidentification.identity.pseudonyms import Pseudonyms, held
from discgrade.deidentification.readings import deidentified, disc_name
from discgrade.deidentification.volumes.overview import read_overview
from discgrade.deidentification.volumes.source import (
    Volumes,
    images_of,
    placing_patients,
    read_grades,
)
from discgrade.deidentification.volumes.taking import WITHDREW, Job, Taken, take
from discgrade.grades import LEVELS
from discgrade.imaging.header import Header, Stamp, normalised, patient_key
from discgrade.imaging.masks.pairing import find_masks
from discgrade.imaging.volumes.names import read_name
from discgrade.imaging.walking import walk
from discgrade.readings.raters import Rater, numbers_of
from discgrade.readings.sheets import rules
from discgrade.readings.sheets.faults import Fault
from discgrade.readings.sheets.sheet import Row
from discgrade.records.cohort.export import INSTANCES
from discgrade.settings.model import Deidentify, Ratings

log = logging.getLogger(__name__)

NO_MASK = "no mask of the disc"
NO_VOLUME = "no volume of the patient"
NOT_USED = "volume left out"


def take_shard(
    *,
    source: Volumes,
    shard: str,
    shards: Sequence[str],
    export: Path,
    tables: ShardTables,
    private: Path,
    deidentify: Deidentify,
    ratings: Ratings,
) -> None:
    """Export one shard of the volumes of a study without a word of theirs.

    Args:
        source: Volumes, masks and sheet; a hash of whose a volume is assigns it to a shard.
        shard: Name of this shard.
        shards: Names of all shards.
        export: Folder that receives the images, below one folder a patient.
        tables: Tables to write.
        private: Folder of key and linkage map.
        deidentify: What may be kept, and how pseudonyms are made.
        ratings: How the sheet is read.

    Raises:
        readings.faults.SheetError: if the sheet breaks a rule.
        private.RefusedError: if a folder is empty, or the private folder or the key may not be used.
    """
    place = Place(shard, shards, export, private)
    privacy.check_places(source.folder, private, export, source.ratings)
    privacy.make(private)
    tables.remove_leftovers()
    with held(private, deidentify.pseudonym) as (pseudonyms, fingerprint):
        keys.check_fingerprint(export, fingerprint)
        rows, faults = read_grades(source, private, ratings)
        raters = linkage.raters_of(rows, private, export, pseudonyms.rater, keep=True)
        stamps = images_of(source, deidentify.follow_links)
        shard_of = placing_patients(shards, rows)
        gone = _withdrawn(private, rows, stamps, pseudonyms)
        job = _job(source, exporting.stage(export, shard), pseudonyms, deidentify, gone)
        taken = take([one for one in stamps if shard_of(read_name(one.path).patient) == shard], job)
        placed, lost = _placed([row for row in rows if shard_of(row.get("patient_id")) == shard], taken, gone)
        checked = _checked(placed, faults, taken, raters, private, exclude_faulty=ratings.exclude_faulty)
        made = Made(
            staged=job.staged,
            fingerprint=fingerprint,
            raters=raters,
            patients=taken.patients,
            rows=checked.rows,
            told=deidentified(checked.rows, raters, taken.instances),
            rejected=taken.rejected,
            withdrawn={pseudonyms.patient(patient_key(one, "", "")) for one in gone},
        )
        with committing(place, made):
            privacy.write_rows(private / "masks" / f"{shard}.csv", ("file", "level", "flags"), sorted(taken.flags))
        excluded = [*_excluded(lost, pseudonyms, shard, gone), *_excluded(checked.excluded, pseudonyms, shard, gone)]
    records.write([taken.instances[one] for one in sorted(taken.instances)], INSTANCES, tables.instances)
    write_readings(made, sorted(excluded, key=lambda one: tuple(one.values())), tables)
    log.info("shard %s: %d volumes exported, not read: %s", shard, len(taken.instances), counted(taken.rejected))


def _job(source: Volumes, staged: Path, pseudonyms: Pseudonyms, deidentify: Deidentify, gone: frozenset[str]) -> Job:
    paths = [one.path for one in walk(source.masks, deidentify.follow_links)]
    masks = find_masks(source.masks, paths, source.folder)
    kept = deidentify.keep_sex_and_age
    return Job(source, masks, read_overview(source.overview), staged, pseudonyms, kept, gone)


def _checked(
    rows: Sequence[Row],
    faults: Sequence[Fault],
    taken: Taken,
    raters: Sequence[Rater],
    private: Path,
    *,
    exclude_faulty: bool,
) -> rules.Checked:
    """Check the rows of this shard, each with the place of its disc."""
    own = {row.number for row in rows}
    known = rules.Known(taken.headers, lambda header: header.patient, numbers_of(raters))
    return rules.check(rows, [fault for fault in faults if fault.row in own], known, private, exclude_faulty)


def _withdrawn(private: Path, rows: Sequence[Row], stamps: Sequence[Stamp], pseudonyms: Pseudonyms) -> frozenset[str]:
    """Return the patients who withdrew, as normalised."""
    entries = withdrawal.listed(private)
    if not entries:
        return frozenset()
    named = {read_name(one.path).patient for one in stamps} | {row.get("patient_id") for row in rows}
    found = [Header(one, 0, instance=one, patient=one) for one in sorted(named) if one]
    pseudonym_of = {one.key: pseudonyms.patient(one.key) for one in found}
    withdrawn = withdrawal.resolve(entries, found, pseudonym_of, named, private)
    with privacy.locked(private, "withdrawn"):
        withdrawal.remember(entries, private)
    return frozenset(normalised(one.patient) for one in found if one.key in withdrawn.keys)


def _placed(rows: Sequence[Row], taken: Taken, gone: frozenset[str]) -> tuple[list[Row], list[tuple[Row, str]]]:
    """Return the rows with the place that masks give them, and apart from them those without one, with the reason."""
    here: dict[str, list[Header]] = {}
    for header in taken.headers.values():
        here.setdefault(normalised(header.patient), []).append(header)
    placed, lost = list[Row](), list[tuple[Row, str]]()
    for row in rows:
        patient, level = normalised(row.get("patient_id")), row.get("level")
        region = taken.regions.get((patient, level))
        if patient in gone:
            lost.append((row, WITHDREW))
        elif region is not None:
            box = {name: f"{getattr(region.box, name):g}" for name in ("x", "y", "width", "height")}
            image = {"sop_instance_uid": region.path, "frame": str(region.frame)}
            placed.append(replace(row, fields={**row.fields, **box, **image}))
        elif level in LEVELS and patient in here:
            lost.append((row, NO_MASK))
        elif level in LEVELS:
            reason = taken.reasons.get(patient)
            lost.append((row, f"{NOT_USED}: {reason}" if reason else NO_VOLUME))
        else:
            nowhere = {"x": "0", "y": "0", "width": "1", "height": "1", "frame": "1"}
            image = {"sop_instance_uid": next((one.path for one in here.get(patient, ())), "")}
            placed.append(replace(row, fields={**row.fields, **nowhere, **image}))
    return placed, lost


def _excluded(
    rows: Sequence[tuple[Row, str]], pseudonyms: Pseudonyms, shard: str, gone: frozenset[str]
) -> Iterator[dict[str, str]]:
    """Yield readings that are left out as rows of `export.EXCLUDED`."""
    marks: dict[str, str] = {}
    for row, reason in rows:
        own = row.get("patient_id")
        if normalised(own) in gone:
            patient = marks.setdefault(normalised(own), f"withdrew-{shard}-{len(marks) + 1}")
            yield {"reason": reason, "disc": f"{patient}-{row.number}", "patient": patient}
            continue
        patient = pseudonyms.patient(patient_key(own, "", f"row {row.number}"))
        study = pseudonyms.uid(f"volume study {own}/")
        known = row.get("level") in LEVELS
        disc = disc_name(patient, study, row.get("level")) if known else f"{patient}-row{row.number}"
        yield {"reason": reason, "disc": disc, "patient": patient}

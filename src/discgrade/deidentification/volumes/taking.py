"""What the volumes of a shard become: anonymous images, regions of their discs, and reasons where they are not read."""

import hashlib
import logging
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from io import BytesIO
from pathlib import Path
from typing import Any

from discgrade import records
from discgrade.deidentification.files.contents import RejectedError
from discgrade.deidentification.identity.pseudonyms import Pseudonyms
from discgrade.deidentification.readings import study_digest
from discgrade.deidentification.volumes.overview import anonymous
from discgrade.deidentification.volumes.source import Volumes
from discgrade.deidentification.volumes.text import METHOD, check_written, spoken
from discgrade.imaging.header import Header, Stamp, normalised, patient_key
from discgrade.imaging.masks.pairing import MaskFiles
from discgrade.imaging.masks.studies import Masked, MaskRegion, masked
from discgrade.imaging.scans.headers import File, read_some, unpacked
from discgrade.imaging.scans.studies import by_study
from discgrade.imaging.volumes.datasets import Identifiers, Scan, encoded
from discgrade.imaging.volumes.errors import VolumeError
from discgrade.imaging.volumes.files import read_volume, stem
from discgrade.imaging.volumes.names import read_name

log = logging.getLogger(__name__)

WITHDREW = "patient withdrew"


@dataclass
class Taken:
    """What a shard's volumes became.

    Attributes:
        instances: Rows of `export.INSTANCES`, by the SOP Instance UID of the volume.
        regions: Regions by patient, as normalised, and level.
        reasons: Why a patient has none, by patient.
        rejected: Index, path and reason of each volume that was not exported.
        patients: Old and new ID of each patient.
        headers: What the rules of readings ask of images.
        flags: Path, level and what looks implausible.
    """

    instances: dict[str, dict[str, Any]] = field(default_factory=dict)
    regions: dict[tuple[str, str], MaskRegion] = field(default_factory=dict)
    reasons: dict[str, str] = field(default_factory=dict)
    rejected: list[tuple[int, str, str]] = field(default_factory=list)
    patients: set[tuple[str, str]] = field(default_factory=set)
    headers: dict[str, Header] = field(default_factory=dict)
    flags: list[tuple[str, str, str]] = field(default_factory=list)


@dataclass(frozen=True)
class Job:
    """What is the same for all volumes of a shard.

    Attributes:
        source: Volumes, masks and sheet.
        masks: The masks.
        overview: What is known of each series.
        staged: Folder that receives the images.
        pseudonyms: The study's pseudonyms.
        keep_sex_and_age: Whether they may be kept.
        gone: Patients who withdrew, as normalised.
    """

    source: Volumes
    masks: MaskFiles
    overview: Mapping[str, Scan]
    staged: Path
    pseudonyms: Pseudonyms
    keep_sex_and_age: bool
    gone: frozenset[str]


def take(own: Sequence[Stamp], job: Job) -> Taken:
    """Export the volumes that are read, study by study, one volume in memory at a time."""
    taken, folder = Taken(), job.source.folder
    found = [unpacked(stamp.path, text) for stamp, text in read_some(str(folder), own)]
    index = {stamp.path: number for number, stamp in enumerate(own)}
    words = Counter(name for one in own for name in spoken(folder / one.path))
    for name, count in sorted(words.items()):
        log.info("%d volumes hold text in %s: none of it is taken", count, name)
    for study in _by_patient([one for one in found if one is not None]):
        patient = _patient(study)
        if patient in job.gone:
            taken.rejected += [(index[one.path], one.path, WITHDREW) for one in study]
        else:
            _take_study(study, patient, job, taken, index)
    taken.rejected.sort()
    return taken


def _patient(study: Sequence[File]) -> str:
    return normalised(read_name(study[0].path).patient)


def _by_patient(files: Sequence[File]) -> list[list[File]]:
    """Put volumes together by study; a broken one joins the patient that its name tells."""
    studies = [list(some) for some in by_study([one for one in files if not one.broken]).values()]
    for one in files:
        if one.broken:
            home = next((some for some in studies if _patient(some) == _patient([one])), None)
            if home is None:
                studies.append([one])
            else:
                home.append(one)
    return studies


def _take_study(study: Sequence[File], patient: str, job: Job, taken: Taken, index: Mapping[str, int]) -> None:
    found = masked(study, job.source.folder, job.masks, job.source.labels)
    taken.rejected += [(index[one.path], one.path, one.reason) for one in found.left_out]
    if found.chosen is not None:
        path = found.chosen.first.path
        try:
            row, header = _export(path, job)
        except (VolumeError, RejectedError) as error:
            taken.rejected.append((index[path], path, str(error)))
            taken.reasons.setdefault(patient, str(error))
            found = Masked(left_out=found.left_out)
        else:
            taken.instances[header.instance], taken.headers[header.instance] = row, header
            taken.patients.add((header.patient, row["patient"]))
    for one in found.regions:
        taken.regions.setdefault((patient, one.level), one)
        taken.flags += [(one.path, one.level, "; ".join(one.flags))] if one.flags else []
    reasons = [one.reason for one in found.left_out if one.fault] or [one.reason for one in found.left_out]
    if not found.regions and reasons:
        taken.reasons.setdefault(patient, reasons[0])


def _export(path: str, job: Job) -> tuple[dict[str, Any], Header]:
    """Write a volume as an anonymous image; return its row of INSTANCES, and what the rules ask of it.

    Raises:
        VolumeError: if it cannot be read.
        RejectedError: if the image that was made of it does not pass the check.
    """
    name, volume, pseudonyms = read_name(path), read_volume(job.source.folder / path), job.pseudonyms
    scan = anonymous(job.overview.get(stem(path), Scan()), name.series, job.keep_sex_and_age)
    patient = pseudonyms.patient(patient_key(name.patient, "", ""))
    study = pseudonyms.uid(f"volume study {name.patient}/{name.session}")
    called = Identifiers(patient, study, pseudonyms.uid(f"volume series {path}"), pseudonyms.uid(f"volume {path}"))
    dataset = encoded(volume, called, scan)
    dataset.PatientIdentityRemoved, dataset.DeidentificationMethod = "YES", METHOD
    check_written(dataset)
    buffer = BytesIO()
    dataset.save_as(buffer, enforce_file_format=True)
    content, place = buffer.getvalue(), f"{patient}/{study_digest(study)}/{called.instance}.dcm"
    with records.replacing(job.staged / place) as partial:
        partial.write_bytes(content)
    planes = volume.planes
    row = {
        "patient": patient,
        "study_uid": study,
        "series_uid": called.series,
        "sop_instance_uid": called.instance,
        "path": place,
        "frames": len(planes.positions),
        "rows": planes.rows,
        "columns": planes.columns,
        "row_spacing": planes.row_spacing,
        "column_spacing": planes.column_spacing,
        "orientation": list(planes.orientation),
        "position": planes.positions[0].tolist(),
        "series_description": scan.series or None,
        "echo_time": scan.echo_time,
        "repetition_time": scan.repetition_time,
        "manufacturer": scan.manufacturer,
        "field_strength": scan.field_strength,
        "sex": scan.sex,
        "age": scan.age,
        "pixel_digest": hashlib.sha256(dataset.PixelData).hexdigest(),
        "bytes": len(content),
        "digest": hashlib.sha256(content).hexdigest(),
    }
    header = Header(path, len(content), instance=path, study=study, patient=name.patient, plane="sagittal",
                    rows=planes.rows, columns=planes.columns, frames=len(planes.positions))  # fmt: skip
    return row, header

"""One patient's examination: spine, scan and DICOM files."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from discgrade.phantom.headers import encoded_slices, instance_uid
from discgrade.phantom.manufacturers import Manufacturer, draw_manufacturer
from discgrade.phantom.people import Identity, draw_identity
from discgrade.phantom.population import Patient
from discgrade.phantom.scanner import AS_DRAWN, Posture, Scan, acquire, draw_scan
from discgrade.phantom.spine.anatomy import Disc, Spine
from discgrade.phantom.spine.painting import paint_back
from discgrade.phantom.spine.region import Box, region
from discgrade.phantom.spine.stacking import build_spine
from discgrade.phantom.spine.view import View


@dataclass(frozen=True)
class Seen:
    """What a rater finds of a disc: the instance that shows its middle, and the region around it in pixels."""

    patient_id: str
    sop_instance_uid: str
    box: Box


@dataclass(frozen=True, eq=False)
class Examined:
    """One patient's spine as a scanner stored it.

    Attributes:
        identity: Who the headers say this is.
        manufacturer: Whose scanner it was.
        scan: Its settings.
        spine: What was scanned.
        view: The slices, painted.
        stored: Grey values, shape (slices, rows, columns).
    """

    identity: Identity
    manufacturer: Manufacturer
    scan: Scan
    spine: Spine
    view: View
    stored: NDArray[np.uint16]


def scanned(patient: Patient, change: Callable[[Scan], Scan]) -> Examined:
    """Scan a patient.

    Args:
        patient: The patient.
        change: Returns the settings of the scan, given those that were drawn.
    """
    cv2.setNumThreads(1)
    identity = draw_identity(patient)
    rng = patient.generator("scan")
    drawn, manufacturer = draw_scan(rng), draw_manufacturer(patient.cohort, rng)
    scan = change(drawn)
    spine = build_spine(patient)
    view = scan.view(patient.generator("texture"))
    paint_back(view, spine, patient.age, patient.generator("tissue"))
    return Examined(identity, manufacturer, scan, spine, view, acquire(view, scan, patient.generator("noise")))


def examine(patient: Patient, destination: Path, posture: Posture = AS_DRAWN) -> list[Seen]:
    """Write a patient's DICOM files below `destination` and return where the discs L1/L2 to L5/S1 are seen.

    Args:
        patient: Who is examined.
        destination: Folder that receives a folder of the patient.
        posture: How the patient lies.
    """
    seen = scanned(patient, posture.of)
    identity, scan, manufacturer = seen.identity, seen.scan, seen.manufacturer
    folder = destination / _folder(identity)
    folder.mkdir(parents=True)
    for number, content in enumerate(encoded_slices(patient, identity, scan, manufacturer, seen.stored), 1):
        (folder / manufacturer.file_name(identity, number)).write_bytes(content)
    return discs_seen(patient, seen)


def discs_seen(patient: Patient, seen: Examined) -> list[Seen]:
    """Return where the discs L1/L2 to L5/S1 are seen."""
    return [_seen(patient, seen.identity, seen.scan, disc) for disc in seen.spine.lumbar_discs]


def _folder(identity: Identity) -> Path:
    person = f"{identity.patient_id}_{identity.name.replace('^', '_').replace(' ', '_')}"
    return Path(person) / f"{identity.study_date:%Y%m%d}_{identity.hospital.spine.replace(' ', '_')}"


def _seen(patient: Patient, identity: Identity, scan: Scan, disc: Disc) -> Seen:
    front, top, back, bottom = region(disc)
    (x, y), (right, lower) = scan.pixel(front, top), scan.pixel(back, bottom)
    instance = instance_uid(patient, scan.slice_at(disc.centre[1]))
    return Seen(identity.patient_id, instance, (x, y, right - x, lower - y))

"""One patient's examination: spine, scan and DICOM files."""

import shutil
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from pydicom import dcmwrite

from discgrade.imaging.phantom.anatomy import FIRST_LUMBAR, NAMES, Spine, build_spine
from discgrade.imaging.phantom.headers import data_sets, instance_uid
from discgrade.imaging.phantom.makers import draw_maker
from discgrade.imaging.phantom.painting import paint_back
from discgrade.imaging.phantom.people import Identity, draw_identity
from discgrade.imaging.phantom.population import Patient
from discgrade.imaging.phantom.region import Box, region
from discgrade.imaging.phantom.scanner import Scan, acquire, draw_scan
from discgrade.imaging.phantom.signs import signs_of


@dataclass(frozen=True)
class Seen:
    """What a rater finds of a disc: the instance that shows its middle, and the region around it in pixels."""

    patient_id: str
    sop_instance_uid: str
    box: Box


def examine(patient: Patient, destination: Path) -> list[Seen]:
    """Write a patient's DICOM files below `destination` and return where the discs L1/L2 to L5/S1 are seen."""
    cv2.setNumThreads(1)
    identity = draw_identity(patient)
    rng = patient.generator("scan")
    scan, maker = draw_scan(rng, patient.cohort), draw_maker(patient.cohort, rng)
    spine = _spine(patient)
    view = scan.view()
    paint_back(view, spine, patient.age, patient.generator("tissue"))
    stored = acquire(view, scan, patient.generator("noise"))
    folder = destination / _folder(identity)
    if folder.exists():
        shutil.rmtree(folder)
    folder.mkdir(parents=True)
    for number, dataset in enumerate(data_sets(patient, identity, scan, maker, stored), 1):
        dcmwrite(folder / maker.file_name(identity, number), dataset, enforce_file_format=True)
    return [_seen(patient, identity, scan, spine, number) for number in range(len(spine.lumbar_discs))]


def _spine(patient: Patient) -> Spine:
    rng = patient.generator("spine")
    lumbar = patient.degeneration
    others = np.clip(lumbar.mean() - 0.4 + 0.5 * rng.standard_normal(len(NAMES) - 1), 1, 4.5)
    degeneration = others.copy()
    degeneration[FIRST_LUMBAR : FIRST_LUMBAR + 5] = lumbar
    contradictory = np.zeros(len(degeneration), bool)
    contradictory[FIRST_LUMBAR : FIRST_LUMBAR + 5] = patient.contradictory
    signs = tuple(signs_of(float(d), rng, bool(c)) for d, c in zip(degeneration, contradictory, strict=True))
    scale = (1.03 if patient.sex == "M" else 0.95) * (1 + 0.035 * float(rng.standard_normal()))
    return build_spine(signs, scale, lordosis=float(np.clip(rng.normal(0.9, 0.2), 0.4, 1.4)), rng=rng)


def _folder(identity: Identity) -> Path:
    person = f"{identity.patient_id}_{identity.name.replace('^', '_').replace(' ', '_')}"
    return Path(person) / f"{identity.study_date:%Y%m%d}_{identity.hospital.spine.replace(' ', '_')}"


def _seen(patient: Patient, identity: Identity, scan: Scan, spine: Spine, number: int) -> Seen:
    disc = spine.lumbar_discs[number]
    front, top, back, bottom = region(disc, *spine.vertebrae[FIRST_LUMBAR + number : FIRST_LUMBAR + number + 2])
    (x, y), (right, lower) = scan.pixel(front, top), scan.pixel(back, bottom)
    instance = instance_uid(patient, scan.slice_at(disc.centre[1]))
    return Seen(identity.patient_id, instance, (x, y, right - x, lower - y))

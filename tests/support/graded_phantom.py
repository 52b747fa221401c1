"""Invented patients, scanned and graded: what the outputs are made from in these tests."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pydicom

from discgrade.grades import LEVELS
from discgrade.grading.bundle.facts import BundleFacts, Preprocessing, Regions, ScoreFact, Span, Training
from discgrade.grading.discs import Flag, GradedDisc, GradedStudy, Place, SeriesChoice, Source
from discgrade.imaging.box import Box
from discgrade.imaging.dicom import Slice, geometry, grey_values
from discgrade.imaging.sampling import AS_READ
from discgrade.phantom.examination import examine
from discgrade.phantom.population import draw_patient
from discgrade.reliability.certainty.calibration import Calibration

DIGEST = "3f" * 32
SERIES = (
    SeriesChoice("1.2.3.1", 1, 3, False, "coronal, 88 degrees off the sagittal plane"),
    SeriesChoice("1.2.3.2", 2, 15, True, "sagittal within 2 degrees, echo time 102 ms, repetition time 3500 ms"),
)


def facts(**changed: object) -> BundleFacts:
    calibration = Calibration("temperature", 1.4, (), (0.7, 0.8, 0.8, 0.7, 0.6), 0.9, None, 407, 1221)
    training = Training(
        407, 1221, {"1": 60, "2": 300, "3": 500, "4": 300, "5": 61}, {"L3/L4": 407}, {"unknown": 1221},
        {"unknown": 1221}, None, {"unknown": 407}, 1, Regions(None, None, Span(1.2, 3.4), None, Span(0.2, 0.9), None),
    )  # fmt: skip
    made = BundleFacts(
        version=1, name="lsma", discgrade="0.2.0", created="2026-01-02", scale="integral", grades=(1, 2, 3, 4, 5),
        decoding="argmax", levels=LEVELS,
        preprocessing=Preprocessing(48, "drawn", "edge", (AS_READ,)), members=(), calibration=calibration,
        novelty=None, training=training,
        scores=(ScoreFact("kappa_linear", 0.64, 0.6, 0.68, 0.95, 1221, "out of fold, single members"),),
        noise_ceiling=(), licence="https://creativecommons.org/licenses/by/4.0/", citation="Invented et al. 2026",
        dataset=None, ethics=None, intended_use="Research on groups of patients.",
        limits=("One rater.", "One hospital."), parent=None, provenance="00" * 32,
    )  # fmt: skip
    return replace(made, **changed)


def scan(folder: Path, index: int, **header: object) -> tuple[dict[str, Path], list]:
    """Write an invented patient's scan, with some elements of the header changed; files by instance, discs as seen."""
    patient = draw_patient(5, "primary", index)
    seen = examine(patient, folder)
    files = {}
    for path in sorted(folder.rglob("*.dcm")) or sorted(one for one in folder.rglob("*") if one.is_file()):
        dataset = pydicom.dcmread(path)
        for keyword, value in header.items():
            setattr(dataset, keyword, value)
        if header:
            dataset.save_as(path)
        files[dataset.SOPInstanceUID] = path
    return files, list(zip(seen, patient.degeneration, strict=True))


def graded(files: dict[str, Path], discs: list) -> tuple[GradedStudy, dict]:
    """Grade a scan: the hidden degeneration, with probabilities around it."""
    used = {seen.sop_instance_uid for seen, _ in discs}
    opened = {uid: pydicom.dcmread(files[uid]) for uid in used}
    sources = {(uid, 1): source(dataset) for uid, dataset in opened.items()}
    header = next(iter(opened.values()))
    made = [
        disc(header, seen.sop_instance_uid, level, seen.box, hidden)
        for level, (seen, hidden) in zip(LEVELS, discs, strict=True)
    ]
    date = header.StudyDate
    study = GradedStudy(
        str(header.PatientID), header.StudyInstanceUID, f"{date[:4]}-{date[4:6]}-{date[6:]}" if date else None,
        SERIES, True, tuple(made),
    )  # fmt: skip
    return study, sources


def source(dataset: pydicom.Dataset, frame: int = 1) -> Source:
    pixels = grey_values(dataset, frame)
    header = pydicom.Dataset({element.tag: element for element in dataset if element.tag != 0x7FE00010})
    return Source(header, Slice(**vars(geometry(dataset, frame)), pixels=pixels))


def disc(
    header: pydicom.Dataset, instance: str, level: str, box: tuple, hidden: float, *, frame: int = 1
) -> GradedDisc:
    weights = np.exp(-(((np.arange(1, 6) - hidden) / 0.7) ** 2))
    probabilities = tuple(float(value) for value in weights / weights.sum())
    grade = int(np.argmax(probabilities)) + 1
    members = tuple(float(np.clip(hidden + change, 1, 5)) for change in (-0.2, 0.1, 0.2))
    found = tuple(number for number, value in enumerate(probabilities, 1) if value > 0.15 or number == grade)
    flags = (Flag("wide set", "Three grades are about as likely."),) if len(found) > 2 else ()
    place = Place(
        str(header.PatientID), header.StudyInstanceUID, header.SeriesInstanceUID, instance, frame, level, Box(*box),
        "drawn",
    )  # fmt: skip
    expected = float(np.dot(probabilities, np.arange(1, 6)))
    return GradedDisc(place, grade, None, expected, probabilities, found, flags, members, DIGEST)

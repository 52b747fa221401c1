"""The phantom in the layout of the public SPIDER cohort (van der Graaf et al., Sci Data 2024;11:264).

    images/<patient>_t1.mha, <patient>_t2.mha and, of some, <patient>_t2_SPACE.mha; masks/ with the same names;
    radiological_gradings.csv: a row a patient and disc, discs counted from below; overview.csv: a row a series

As there, slices of the two-dimensional series are stored along the first axis (LPS), those of the three-dimensional one
along the last (PIR); grey values are floats, labels int16; no sacrum is labelled.
"""

import csv
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import chain
from pathlib import Path
from typing import Any

import joblib
import numpy as np
from numpy.typing import NDArray

from discgrade.grades import LEVELS, integral
from discgrade.host import die_with_parent
from discgrade.phantom.cohort import replacing_tree
from discgrade.phantom.examination import Examined, Seen, discs_seen, scanned
from discgrade.phantom.headers import voxels
from discgrade.phantom.population import Patient, draw_patient
from discgrade.phantom.scanner import AS_DRAWN, Posture, Scan
from discgrade.phantom.sheet import FIRST_RATER, Discs, Reading, read_cohort
from discgrade.phantom.spine.labels import label
from discgrade.records import replacing
from discgrade.settings.groups.cohort import Phantom

GRADINGS = "radiological_gradings.csv"
OVERVIEW = "overview.csv"
EVERY_SPACE = 5
"""One of so many patients has a three-dimensional T2 as well (in SPIDER 41 of 218)."""
GRADING_COLUMNS = (
    "Patient", "IVD label", "Modic", "UP endplate", "LOW endplate", "Spondylolisthesis", "Disc herniation",
    "Disc narrowing", "Disc bulging", "Pfirrman grade",
)  # fmt: skip
OVERVIEW_COLUMNS = (
    "new_file_name", "subset", "num_vertebrae", "num_discs", "sex", "birth_date", "AngioFlag", "BodyPartExamined",
    "DeviceSerialNumber", "EchoNumbers", "EchoTime", "EchoTrainLength", "FlipAngle", "ImagedNucleus",
    "ImagingFrequency", "InPlanePhaseEncodingDirection", "MRAcquisitionType", "MagneticFieldStrength", "Manufacturer",
    "ManufacturerModelName", "NumberOfPhaseEncodingSteps", "PercentPhaseFieldOfView", "PercentSampling",
    "PhotometricInterpretation", "PixelBandwidth", "PixelSpacing", "RepetitionTime", "SAR", "SamplesPerPixel",
    "ScanningSequence", "SequenceName", "SeriesDescription", "SliceThickness", "SoftwareVersions",
    "SpacingBetweenSlices", "SpecificCharacterSet", "TransmitCoilName", "WindowCenter", "WindowWidth",
)  # fmt: skip

_SPACE_SLICES, _SPACE_GAP = 40, 0.9
_BEYOND = (6, 7)
"""Discs above L1/L2 that SPIDER grades as well."""
_TIMES = {"t1": (10.0, 550.0), "t2": (100.0, 3500.0), "t2_SPACE": (180.0, 1500.0)}


def make_spider(destination: Path, phantom: Phantom, workers: int, posture: Posture = AS_DRAWN) -> None:
    """Write the phantom's patients, numbered from 1, the primary cohort first.

    Args:
        destination: Folder to write; replaced if it holds an earlier phantom.
        phantom: Numbers of patients, and the seed.
        workers: Processes that write patients side by side.
        posture: How the patients lie.

    Raises:
        FileExistsError: if `destination` holds files that are not an earlier phantom's.
    """
    patients = [draw_patient(phantom.seed, "primary", index) for index in range(phantom.primary)]
    patients += [draw_patient(phantom.seed, "supplemental", index) for index in range(phantom.supplemental)]
    with replacing_tree(destination, phantom.seed) as tree:
        for name in ("images", "masks"):
            (tree / name).mkdir()
        jobs = (joblib.delayed(_write_patient)(number, one, tree, posture) for number, one in enumerate(patients, 1))
        written = joblib.Parallel(n_jobs=workers, initializer=die_with_parent)(jobs)
        _write_rows(tree / OVERVIEW, OVERVIEW_COLUMNS, chain.from_iterable(one.series for one in written))
        parts = (slice(0, phantom.primary), slice(phantom.primary, None))
        read = [_read(patients[part], written[part]) for part in parts]
        grades = {key: grade for part in read for key, grade in part.items()}
        _write_rows(tree / GRADINGS, GRADING_COLUMNS, _gradings(patients, written, grades))


@dataclass(frozen=True)
class _Written:
    """What was written of a patient: rows of the overview, and where its discs are seen."""

    series: list[dict[str, Any]]
    seen: list[Seen]


def _write_patient(number: int, patient: Patient, tree: Path, posture: Posture) -> _Written:
    seen = scanned(patient, posture.of)
    labels = label(seen.view, seen.spine)
    t1 = np.clip(1600 - 0.8 * seen.stored.astype(np.float32), 20, None)
    _write_pair(tree, f"{number}_t1", t1, labels, seen.scan)
    _write_pair(tree, f"{number}_t2", seen.stored, labels, seen.scan)
    names = ["t1", "t2"]
    if number % EVERY_SPACE == 0:
        _write_space(tree, number, scanned(patient, lambda drawn: _space(posture.of(drawn))))
        names.append("t2_SPACE")
    return _Written([_overview(number, name, seen, labels) for name in names], discs_seen(patient, seen))


def _space(scan: Scan) -> Scan:
    return replace(scan, slices=_SPACE_SLICES, gap=_SPACE_GAP, thickness=_SPACE_GAP)


def _write_space(tree: Path, number: int, seen: Examined) -> None:
    name = f"{number}_t2_SPACE"
    _write_pair(tree, name, seen.stored, label(seen.view, seen.spine), seen.scan, upwards=False)


def _write_pair(
    tree: Path, name: str, grey: NDArray[Any], labels: NDArray[np.int16], scan: Scan, *, upwards: bool = True
) -> None:
    _write(tree / "images" / f"{name}.mha", grey.astype(np.float32), scan, upwards)
    _write(tree / "masks" / f"{name}.mha", labels, scan, upwards)


def _write(path: Path, slices: NDArray[Any], scan: Scan, upwards: bool) -> None:
    """Write slices (slices, rows, columns) as SPIDER stores them: LPS with `upwards`, else PIR."""
    import SimpleITK as sitk  # noqa: N813, PLC0415 - only where volumes are written

    row, column = np.reshape(scan.orientation, (2, 3))
    positions = voxels(scan)
    across = (positions[-1] - positions[0]) / np.linalg.norm(positions[-1] - positions[0])
    last = column * (scan.matrix - 1) * scan.spacing
    if upwards:
        stored, axes = slices[:, ::-1].transpose(1, 2, 0), (across, row, -column)
        origin, spacing = positions[0] + last, (scan.gap, scan.spacing, scan.spacing)
    else:
        stored, axes = slices[::-1], (row, column, -across)
        origin, spacing = positions[-1], (scan.spacing, scan.spacing, scan.gap)
    image = sitk.GetImageFromArray(np.ascontiguousarray(stored))
    image.SetSpacing(spacing)
    image.SetDirection(np.stack(axes, axis=1).ravel().tolist())
    image.SetOrigin(origin.tolist())
    sitk.WriteImage(image, str(path), useCompression=True)


def _overview(number: int, name: str, seen: Examined, labels: NDArray[np.int16]) -> dict[str, Any]:
    """Return a series' row: what SPIDER kept of the headers; the sex is padded with a blank, as there now and then."""
    values = np.unique(labels)
    echo, repetition = _TIMES[name]
    model, tesla = seen.manufacturer.models[0]
    return {
        "new_file_name": f"{number}_{name}",
        "subset": "validation" if number % 5 == 4 else "training",
        "num_vertebrae": int(((values > 0) & (values < 100)).sum()),
        "num_discs": int((values > 200).sum()),
        "sex": f"{seen.identity.sex}{' ' * (number % 2)}",
        "BodyPartExamined": "LSPINE",
        "EchoTime": echo,
        "ImagedNucleus": "1H",
        "MRAcquisitionType": "3D" if name == "t2_SPACE" else "2D",
        "MagneticFieldStrength": tesla,
        "Manufacturer": seen.manufacturer.manufacturer,
        "ManufacturerModelName": model,
        "PhotometricInterpretation": "MONOCHROME2",
        "PixelSpacing": f"[{seen.scan.spacing}, {seen.scan.spacing}]",
        "RepetitionTime": repetition,
        "SamplesPerPixel": 1,
        "ScanningSequence": "SE",
        "SliceThickness": seen.scan.thickness,
        "SpacingBetweenSlices": seen.scan.gap,
    }


def _read(patients: Sequence[Patient], written: Sequence[_Written]) -> dict[tuple[str, str], float]:
    """Return rater 1's first grade of each disc that was graded, by Patient ID and level."""
    if not patients:
        return {}
    cohort = Discs(patients[0].cohort, patients, [*chain.from_iterable(one.seen for one in written)])
    rows: list[Reading] = read_cohort(cohort, reread=0, second_rater=0)
    first = [row for row in rows if (row.rater, row.reading) == (FIRST_RATER, 1)]
    return {(row.patient_id, row.level): row.grade for row in first}


def _gradings(
    patients: Sequence[Patient], written: Sequence[_Written], grades: dict[tuple[str, str], float]
) -> Iterator[dict[str, Any]]:
    for number, (patient, one) in enumerate(zip(patients, written, strict=True), 1):
        for from_below, level in enumerate(reversed(LEVELS), 1):
            grade = grades.get((one.seen[0].patient_id, level))
            if grade is not None:
                degeneration = float(patient.degeneration[LEVELS.index(level)])
                yield _grading(number, from_below, int(integral(np.array([grade]))[0]), degeneration)
        for from_below in _BEYOND:
            yield _grading(number, from_below, 2, 2.0)
    # In the public file, too, rows name a disc 0, which is none.
    yield _grading(len(patients), 0, 3, 3.0)


def _grading(number: int, from_below: int, grade: int, degeneration: float) -> dict[str, Any]:
    return {
        "Patient": number,
        "IVD label": from_below,
        "Modic": 2 * (degeneration > 4.5),
        "UP endplate": int(degeneration > 4),
        "LOW endplate": int(degeneration > 4.2),
        "Spondylolisthesis": 0,
        "Disc herniation": 0,
        "Disc narrowing": int(degeneration > 3.5),
        "Disc bulging": int(degeneration > 3),
        "Pfirrman grade": grade,
    }


def _write_rows(path: Path, names: Sequence[str], rows: Iterator[dict[str, Any]]) -> None:
    with replacing(path) as partial, partial.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, names, lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)

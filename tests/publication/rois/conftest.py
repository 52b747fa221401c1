"""A cohort of slices with regions on them, and what is drawn of it."""

import numpy as np
import pydicom
import pytest
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.uid import ExplicitVRLittleEndian, MRImageStorage

from discgrade.grades import LEVELS
from discgrade.publication.rois.pages import Drawings, draw_rois
from discgrade.records import read, write
from discgrade.records.cohort.boxes import BOXES
from discgrade.records.cohort.discs import DISCS
from discgrade.records.cohort.export import INSTANCES
from discgrade.records.cohort.regions import FLAGGED
from discgrade.records.columns import PLACE

ROWS, COLUMNS = 160, 120
PATIENTS = 12
PLACE_NAMES = [column.name for column in PLACE]


def empty(schema) -> dict[str, None]:
    return {field.name: None for field in schema if field.nullable}


def save(path, uid: str) -> None:
    """Write a slice with bright discs where the regions lie."""
    dataset = Dataset()
    dataset.file_meta = FileMetaDataset()
    dataset.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
    dataset.SOPClassUID, dataset.SOPInstanceUID = MRImageStorage, uid
    dataset.Rows, dataset.Columns, dataset.SamplesPerPixel = ROWS, COLUMNS, 1
    dataset.PhotometricInterpretation = "MONOCHROME2"
    dataset.BitsAllocated, dataset.BitsStored, dataset.HighBit, dataset.PixelRepresentation = 16, 16, 15, 0
    pixels = np.full((ROWS, COLUMNS), 200, np.uint16)
    for number in range(5):
        pixels[20 + 26 * number : 30 + 26 * number, 45:70] = 800
    dataset.PixelData = pixels.tobytes()
    pydicom.dcmwrite(path, dataset, enforce_file_format=True)


@pytest.fixture(scope="module")
def cohort(tmp_path_factory):
    """Twelve patients with five discs each; the first has width and height of L2/L3 swapped."""
    folder = tmp_path_factory.mktemp("cohort")
    random = np.random.default_rng(1)
    images, discs, flagged = [], [], []
    for patient in range(PATIENTS):
        uid = f"1.2.{patient}"
        save(folder / f"{uid}.dcm", uid)
        names = dict.fromkeys(("series_uid", "pixel_digest", "digest"), "x") | {"patient": f"P{patient}"}
        sizes = {"frames": 1, "rows": ROWS, "columns": COLUMNS, "row_spacing": 1.0, "column_spacing": 1.0, "bytes": 1}
        images.append(
            empty(INSTANCES) | names | sizes | {"study_uid": uid, "sop_instance_uid": uid, "path": f"{uid}.dcm"}
        )
        for number, level in enumerate(LEVELS):
            width, height = 50 + random.normal(), 24 + random.normal()
            if (patient, number) == (0, 1):
                width, height = height, width
            disc = f"P{patient}-{level}"
            place = {"x": 40.0, "y": 13.0 + 26 * number, "width": width, "height": height, "frame": 1}
            given = {"grade": 2.0, "integral": 2.0, "cohort": "primary", "origin": "human", "shard": "00"}
            own = {"disc": disc, "patient": f"P{patient}", "study_uid": uid, "sop_instance_uid": uid, "level": level}
            discs.append(empty(DISCS) | place | given | own)
            if (patient, number) == (0, 1):
                flagged = [
                    {name: (place | own)[name] for name in FLAGGED.names[:-1]} | {"flag": "width and height swapped?"}
                ]
    write(discs, DISCS, folder / "discs.parquet")
    write(flagged, FLAGGED, folder / "flagged.parquet")
    write(images, INSTANCES, folder / "instances.parquet")
    return folder


@pytest.fixture(scope="module")
def draw(cohort, tmp_path_factory):
    """A function that draws the cohort once for each name, and returns PDF and PNG."""
    folder = tmp_path_factory.mktemp("figures")

    def run(name, pictures=True):
        pdf, png = folder / f"{name}.pdf", folder / f"{name}.png"
        if not pdf.exists():
            draw_rois(
                discs=cohort / "discs.parquet",
                flagged=cohort / "flagged.parquet",
                instances=[cohort / "instances.parquet"],
                export=cohort,
                files=Drawings(pdf, png, folder / f"{name}.flagged.png"),
                seed=1,
                pictures=pictures,
            )
        return pdf, png

    return run


@pytest.fixture
def boxes(cohort, tmp_path):
    """Boxes that a locator found 4 px to the right of the drawn ones; of the first patient it proposes none."""
    path = tmp_path / "boxes.parquet"
    rows = []
    for disc in read(cohort / "discs.parquet", DISCS).to_pylist():
        place = {name: disc[name] for name in PLACE_NAMES}
        box = {"found_x": disc["x"] + 4, "found_y": disc["y"], "found_width": 48.0, "found_height": 22.0}
        said = {"probability": 0.9, "score": 1.0, "flags": "", "split": "fold-01", "overlap": 0.8, "measured": True}
        rows.append(empty(BOXES) | place | box | said | {"proposed": disc["patient"] != "P0"})
    write(rows, BOXES, path)
    return path

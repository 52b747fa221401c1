"""Regions of interest on their slices."""

import numpy as np
import pydicom
import pytest
from PIL import Image
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.uid import ExplicitVRLittleEndian, MRImageStorage

from discgrade.grades import LEVELS
from discgrade.publication.rois import draw_rois, regions
from discgrade.records import read, write
from discgrade.records.discs import DISCS
from discgrade.records.export import INSTANCES
from discgrade.records.regions import ROIS

ROWS, COLUMNS = 160, 120
PATIENTS = 12


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
    images, discs, rois = [], [], []
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
            cut = {"pixels": b"\0\0", "rows": 1, "columns": 1, "offset": 0.0, "scale": 1.0, "outside": 0.0}
            rois.append(empty(ROIS) | cut | {"disc": disc})
    write(discs, DISCS, folder / "discs.parquet")
    write(rois, ROIS, folder / "rois.parquet")
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
                rois=[cohort / "rois.parquet"],
                instances=[cohort / "instances.parquet"],
                export=cohort,
                pdf=pdf,
                png=png,
                seed=1,
                pictures=pictures,
            )
        return pdf, png

    return run


def test_regions_join_discs_images_and_flags(cohort):
    table = regions(cohort / "discs.parquet", [cohort / "rois.parquet"], [cohort / "instances.parquet"])
    assert len(table) == 5 * PATIENTS
    assert set(table["unit"]) == {"mm"}
    flagged = table[table["flag"] != ""]
    assert "width and height swapped?" in flagged.set_index("disc").loc["P0-L2/L3", "flag"]


@pytest.mark.parametrize(("boxes_too", "flagged"), [(True, False), (False, True)])
def test_a_slice_stored_feet_up_is_flagged_only_if_its_regions_are_not(cohort, tmp_path, boxes_too, flagged):
    images = read(cohort / "instances.parquet", INSTANCES).to_pylist()
    discs = read(cohort / "discs.parquet", DISCS).to_pylist()
    for row in images:
        row["orientation"] = [0, 1, 0, 0, 0, 1 if row["patient"] == "P3" else -1]
    for row in discs:
        if row["patient"] == "P3" and boxes_too:
            row["y"] = ROWS - row["y"] - row["height"]
    write(images, INSTANCES, tmp_path / "instances.parquet")
    write(discs, DISCS, tmp_path / "discs.parquet")
    table = regions(tmp_path / "discs.parquet", [cohort / "rois.parquet"], [tmp_path / "instances.parquet"])
    flags = table.loc[table["patient"] == "P3", "flag"]
    assert flags.str.contains("its levels run from the feet to the head").all() == flagged
    assert (flags == "").all() != flagged


def test_flagged_slices_get_their_own_page(draw):
    pdf, _ = draw("shown")
    assert pdf.read_bytes().count(b"/Type /Page ") == 2


def test_same_bytes_every_time(draw):
    for one, other in zip(draw("shown"), draw("again"), strict=True):
        assert one.read_bytes() == other.read_bytes()


def test_the_report_shows_slices_on_request_only(draw):
    """The discs on the slices are white; the empty frames are not, and the rest of both pages is the same."""
    shown, hidden = (np.asarray(Image.open(draw(name, name == "shown")[1]).convert("L")) for name in ("shown", "empty"))
    assert (shown > 250).mean() > (hidden > 250).mean() + 0.02


def test_the_pages_always_show_slices(draw):
    """A researcher looks at them before anything is trained: without pixels a swapped coordinate is easily missed."""
    assert draw("empty")[0].read_bytes() == draw("shown")[0].read_bytes()


def test_no_file_is_left_after_a_failure(draw, cohort):
    file = cohort / "1.2.0.dcm"
    file.rename(cohort / "away")
    try:
        with pytest.raises(FileNotFoundError):
            draw("failed")
    finally:
        (cohort / "away").rename(file)
    assert not list(draw("shown")[0].parent.glob("*failed*"))

"""Regions of interest on their slices."""

import re
import zlib

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pydicom
import pytest
from PIL import Image
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.uid import ExplicitVRLittleEndian, MRImageStorage

from discgrade.grades import LEVELS
from discgrade.publication.figures.drawing.style import FULL
from discgrade.publication.rois import Drawings, draw_rois, regions
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


def test_regions_join_discs_images_and_flags(cohort):
    table = regions(cohort / "discs.parquet", cohort / "flagged.parquet", [cohort / "instances.parquet"])
    assert len(table) == 5 * PATIENTS
    assert set(table["unit"]) == {"mm"}
    flagged = table[table["flag"] != ""]
    assert "width and height swapped?" in flagged.set_index("disc").loc["P0-L2/L3", "flag"]


def test_discs_that_were_left_out_are_still_shown(cohort, tmp_path):
    discs = read(cohort / "discs.parquet", DISCS)
    write(discs.filter(pc.not_equal(discs["disc"], "P0-L2/L3")), DISCS, tmp_path / "discs.parquet")
    table = regions(tmp_path / "discs.parquet", cohort / "flagged.parquet", [cohort / "instances.parquet"])
    assert len(table) == 5 * PATIENTS
    assert table[table["flag"] != ""]["disc"].tolist() == ["P0-L2/L3"]


def found_boxes(cohort, path):
    """Write boxes that a locator found 4 px to the right of the drawn ones; of the first patient it proposes none."""
    rows = []
    for disc in read(cohort / "discs.parquet", DISCS).to_pylist():
        place = {name: disc[name] for name in PLACE_NAMES}
        box = {"found_x": disc["x"] + 4, "found_y": disc["y"], "found_width": 48.0, "found_height": 22.0}
        said = {"probability": 0.9, "score": 1.0, "flags": "", "split": "fold-01", "overlap": 0.8, "measured": True}
        rows.append(empty(BOXES) | place | box | said | {"proposed": disc["patient"] != "P0"})
    write(rows, BOXES, path)
    return path


def test_found_boxes_stand_next_to_the_drawn_ones_where_they_are_proposed(cohort, tmp_path):
    boxes = found_boxes(cohort, tmp_path / "boxes.parquet")
    instances = [cohort / "instances.parquet"]
    table = regions(cohort / "discs.parquet", cohort / "flagged.parquet", instances, boxes).set_index("disc")
    assert len(table) == 5 * PATIENTS
    assert table["found_x"].notna().sum() == 5 * (PATIENTS - 1)
    assert table.loc["P3-L4/L5", "found_x"] == table.loc["P3-L4/L5", "x"] + 4
    assert not table["is_found"].any()


@pytest.mark.ci
def test_found_boxes_are_drawn_dashed(cohort, draw, tmp_path):
    """In a PDF a dashed line is what follows the operator d with a pattern that is not empty."""
    discs = read(cohort / "discs.parquet", DISCS)
    found = discs.set_column(discs.column_names.index("region"), "region", pa.array(["found"] * len(discs)))
    write(found, DISCS, tmp_path / "found.parquet")
    boxes = found_boxes(cohort, tmp_path / "boxes.parquet")
    pdfs = [draw("shown")[0]]
    for name, table, beside in (
        ("beside", cohort / "discs.parquet", boxes),
        ("instead", tmp_path / "found.parquet", None),
    ):
        files = Drawings(*(tmp_path / f"{name}{ending}" for ending in (".pdf", ".png", ".flagged.png")))
        draw_rois(
            discs=table, flagged=cohort / "flagged.parquet", instances=[cohort / "instances.parquet"], export=cohort,
            files=files, seed=1, pictures=True, boxes=beside,
        )  # fmt: skip
        pdfs.append(files.pdf)
    dashed = [len(re.findall(rb"\[ ?[\d.]+ [\d.]+ ?\] 0 d\b", content(pdf))) for pdf in pdfs]
    assert dashed[0] == 0
    assert min(dashed[1:]) >= 1


def content(pdf):
    """Return what a PDF draws."""
    streams = re.findall(rb"stream\r?\n(.*?)endstream", pdf.read_bytes(), re.DOTALL)
    return b"\n".join(unpacked(one) for one in streams)


def unpacked(stream):
    try:
        return zlib.decompress(stream)
    except zlib.error:
        return b""


def test_the_report_shows_every_flagged_slice(draw):
    """One slice in a row of four, 50 mm high, beneath a title of 10 mm."""
    pdf, _ = draw("shown")
    with Image.open(pdf.with_name("shown.flagged.png")) as image:
        assert abs(image.height / image.width - 60 / FULL) < 0.02


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

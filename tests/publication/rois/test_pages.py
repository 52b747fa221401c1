"""Regions of interest on their slices."""

import re
import zlib

import numpy as np
import pyarrow as pa
import pytest
from PIL import Image

from discgrade.publication.figures.drawing.style import FULL
from discgrade.publication.rois.pages import Drawings, draw_rois
from discgrade.records import read, write
from discgrade.records.cohort.discs import DISCS


@pytest.mark.ci
def test_found_boxes_are_drawn_dashed(cohort, draw, boxes, tmp_path):
    """In a PDF a dashed line is what follows the operator d with a pattern that is not empty."""
    discs = read(cohort / "discs.parquet", DISCS)
    found = discs.set_column(discs.column_names.index("region"), "region", pa.array(["found"] * len(discs)))
    write(found, DISCS, tmp_path / "found.parquet")
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

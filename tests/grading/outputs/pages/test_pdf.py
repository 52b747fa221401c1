"""A study's PDF: its words as another program reads them, the same bytes each time."""

import shutil
import subprocess
from dataclasses import replace
from io import BytesIO

import numpy as np
import pytest
from reportlab.pdfgen.canvas import Canvas

from discgrade.grading.outputs.pages.pdf import study_pdf
from discgrade.grading.outputs.pages.pdf_drawing import Picture
from discgrade.grading.outputs.pages.pdf_text import marked_up, printable
from discgrade.grading.outputs.pages.pictures import png
from discgrade.grading.outputs.pages.views import Earlier, views
from discgrade.imaging.box import Box


@pytest.fixture(scope="module")
def pictures(study):
    return views(*study, {})


def read(pdf, folder):
    if not shutil.which("pdftotext"):
        pytest.skip("pdftotext (Debian: poppler-utils) is not installed")
    (folder / "page.pdf").write_bytes(pdf)
    done = subprocess.run(["pdftotext", "-layout", folder / "page.pdf", "-"], check=True, capture_output=True)
    assert done.stderr == b""
    return " ".join(done.stdout.decode().split())


def test_each_disc_is_there_with_its_grade(study, pictures, facts, tmp_path):
    text = read(study_pdf(study[0], pictures, facts), tmp_path)
    for disc in study[0].discs:
        assert f"{disc.place.level}: grade {disc.grade}" in text
        assert all(flag.reason.split()[0] in text for flag in disc.flags)
    assert "Not a medical device" in text


def test_found_regions_are_dashed_and_drawn_ones_are_not():
    picture = png(np.zeros((100, 100), np.uint8))
    canvas = Canvas(BytesIO(), pageCompression=0)
    Picture(picture, 100, [Box(10, 20, 30, 40), Box(50, 20, 30, 40)], dashed=[False, True]).drawOn(canvas, 0, 0)
    first, second = canvas.getpdfdata().partition(b"50 40 30 40 re")[::2]
    assert first.index(b"10 40 30 40 re") < first.index(b"[3 2] 0 d")
    assert b"[3 2] 0 d" not in second


def test_a_box_over_the_border_is_drawn_as_far_as_it_lies_on_the_picture():
    canvas = Canvas(BytesIO(), pageCompression=0)
    Picture(png(np.zeros((100, 100), np.uint8)), 100, [Box(10, 80, 30, 40)]).drawOn(canvas, 0, 0)
    written = canvas.getpdfdata()
    # The picture is what is left (W*) of the page while the box is drawn, between q and Q.
    clipped = written.index(b"0 0 100 100 re W* n")
    assert b"Q" not in written[clipped : written.index(b"10 -20 30 40 re")]


def test_what_dashes_mean_is_said_where_a_region_was_found(study, pictures, facts, tmp_path):
    graded = study[0]
    assert "Dashed" not in read(study_pdf(graded, pictures, facts), tmp_path)
    found = [replace(disc, place=replace(disc.place, region="found")) for disc in graded.discs]
    text = read(study_pdf(replace(graded, discs=tuple(found)), pictures, facts), tmp_path)
    assert "Dashed: found by the locator, not drawn by a person." in text


def test_earlier_studies_are_there(study, later, pictures, facts, tmp_path):
    pdf = study_pdf(later[0], views(*later, {}), facts, [Earlier(study[0], pictures.discs)])
    assert "5 July 2008 11 September 2012" in read(pdf, tmp_path)


def test_the_same_study_makes_the_same_bytes(study, pictures, facts):
    assert study_pdf(study[0], pictures, facts) == study_pdf(study[0], pictures, facts)


def test_markup_is_shown_as_text(study, pictures, facts, tmp_path):
    text = read(study_pdf(replace(study[0], patient_id="<b>&amp;</i>"), pictures, facts), tmp_path)
    assert "<b>&amp;</i>" in text


def test_other_alphabets_are_printed_and_none_becomes_a_question_mark(study, pictures, facts, tmp_path):
    name = "Παπαδόπουλος Щукина Szűcs 山田"
    text = read(study_pdf(replace(study[0], patient_id=name), pictures, facts), tmp_path)
    assert "Παπαδόπουλος Щукина Szűcs U+5C71U+7530" in text
    assert "?" not in text


def test_characters_that_the_fonts_lack_are_written_by_number():
    assert printable("Ő–ü") == "Ő–ü"
    assert printable("山田") == "U+5C71U+7530"
    assert marked_up("κ < 1") == '<font name="DejaVuSans-part">κ</font> &lt; 1'


@pytest.mark.parametrize("shape", [(2000, 40), (40, 2000)])
def test_slices_of_any_shape_and_number_have_room(study, pictures, facts, tmp_path, shape):
    odd = replace(pictures.slices[0], picture=png(np.zeros(shape, np.uint8)), rows=shape[0], columns=shape[1])
    pdf = study_pdf(study[0], replace(pictures, slices=(odd,) * 7), facts)
    assert "Each disc" in read(pdf, tmp_path)

"""The drawn slices: valid DICOM, of the patient and study of their images, and drawn where the discs lie."""

from dataclasses import replace
from io import BytesIO

import cv2
import numpy as np
import pydicom
import pytest
from highdicom_objects import encoded_overlays

from discgrade.grading.outputs.dicom import headers, overlay
from discgrade.grading.outputs.dicom.overlay import drawn
from discgrade.grading.outputs.pages.pictures import shown
from discgrade.imaging.box import Box


def overlays(*given):
    """Return drawn slices as they are read."""
    return [pydicom.dcmread(BytesIO(one)) for one in overlay.overlays(*given)]


@pytest.fixture(params=["study", "multiframe"])
def graded(request):
    """A study of classic images, and of frames of one image."""
    return request.getfixturevalue(request.param)


def test_the_standard_finds_no_error(graded, checked):
    for made in overlays(*graded):
        assert checked(made) == []


def test_there_is_one_for_each_slice_with_discs(graded):
    study, sources = graded
    made = overlays(study, sources)
    assert len(made) == len(sources)
    origins = [one.SourceImageSequence[0] for one in made]
    found = [(one.ReferencedSOPInstanceUID, one.get("ReferencedFrameNumber", 1)) for one in origins]
    assert found == list(dict.fromkeys(disc.place.image for disc in study.discs))


def test_it_belongs_to_the_patient_and_the_study_of_the_images(study):
    header = headers.first(*study).header
    for made in overlays(*study):
        for keyword in ("PatientName", "PatientID", "StudyInstanceUID", "StudyDate"):
            assert str(made.get(keyword)) == str(header.get(keyword))
        assert made.SeriesInstanceUID != header.SeriesInstanceUID


def test_a_file_is_byte_for_byte_what_highdicom_makes(graded):
    assert list(overlay.overlays(*graded)) == encoded_overlays(*graded)


def test_the_same_discs_make_the_same_bytes(study):
    assert list(overlay.overlays(*study)) == list(overlay.overlays(*study))


def test_boxes_are_drawn_in_colour_around_the_discs_and_nothing_inside(study):
    graded, sources = study
    disc = graded.discs[0]
    image = shown(sources[disc.place.image].slice)
    picture = drawn(image, [disc]).astype(int)
    coloured = np.abs(picture[..., 0] - picture[..., 2]) > 40
    scale = picture.shape[0] / image.grey.shape[0]
    left, top, right, bottom = (round(edge * scale) for edge in edges(image.box(disc.place.box)))
    assert coloured[top + 4 : bottom - 4, left + 4 : right - 4].sum() == 0
    assert coloured[top - 2 : top + 3, left:right].any(axis=0).mean() > 0.95


def edges(box):
    return box.x, box.y, box.x + box.width, box.y + box.height


@pytest.mark.parametrize("x", [2, 30, 60])
def test_letters_have_an_edge_and_no_shadow_that_could_be_read_as_others(study, x):
    """Whatever weight the letters are written in, and wherever there is room for them."""
    graded, sources = study
    disc = graded.discs[0]
    image = shown(sources[disc.place.image].slice)
    image = replace(image, grey=np.full_like(image.grey, 128))
    width = image.grey.shape[1]
    disc = replace(disc, place=replace(disc.place, box=Box(x / 100 * width, 5, width * 0.4, 20)))
    picture = drawn(image, [disc])
    dark, bright = picture.max(axis=2) < 40, picture[:, :, 0] > 150
    assert bright.sum() > 500
    assert not (dark & ~(cv2.dilate(bright.astype(np.uint8), np.ones((9, 9), np.uint8)) > 0)).any()

"""Pictures lie as people expect them, and boxes stay on their discs."""

import cv2
import numpy as np
import pytest

from discgrade.grading.outputs.pages.pictures import DISC_HEIGHT, DISC_WIDTH, enlarged, png, shown, with_saliency
from discgrade.imaging.box import Box
from discgrade.imaging.dicom import Slice

UPRIGHT, LYING = (0, 1, 0, 0, 0, -1), (0, 0, -1, 0, 1, 0)
SPOT = Box(20, 30, 16, 8)


def a_slice(orientation=UPRIGHT, spacing=(1.0, 1.0), shape=(80, 64)):
    pixels = np.zeros(shape, np.float32)
    left, top, right, bottom = SPOT.edges()
    pixels[top:bottom, left:right] = 100
    return Slice(spacing[0], spacing[1], orientation, (0, 0, 0), pixels)


@pytest.mark.parametrize("orientation", [UPRIGHT, LYING, None])
@pytest.mark.parametrize("spacing", [(1.0, 1.0), (1.0, 0.5), (None, None)])
def test_a_box_stays_on_what_it_surrounds(orientation, spacing):
    image = shown(a_slice(orientation, spacing))
    left, top, right, bottom = image.box(SPOT).edges()
    bright = image.grey > 127
    assert bright[top:bottom, left:right].mean() > 0.9
    assert bright.sum() == pytest.approx((bottom - top) * (right - left), rel=0.1)


def test_pixels_become_square():
    assert shown(a_slice(spacing=(1.0, 0.5))).grey.shape == (160, 64)


def test_what_lies_beyond_each_side_is_told():
    letters = shown(a_slice(LYING)).letters
    assert (letters.left, letters.right, letters.top, letters.bottom) == ("A", "P", "H", "F")


def test_a_large_slice_is_made_smaller_with_its_boxes():
    image = shown(a_slice(shape=(2048, 1024)))
    assert max(image.grey.shape) == 1024
    assert image.box(SPOT) == Box(10, 15, 8, 4)


def test_an_even_slice_is_black():
    even = a_slice()
    even.pixels[:] = 7
    assert shown(even).grey.max() == 0


def test_an_enlarged_disc_lies_in_the_middle_of_its_picture_under_its_box():
    disc = enlarged(shown(a_slice()), SPOT)
    assert disc.grey.shape == (DISC_HEIGHT, DISC_WIDTH)
    left, top, right, bottom = disc.box.edges()
    assert (left + right, top + bottom) == (DISC_WIDTH, DISC_HEIGHT)
    assert disc.grey[top + 8 : bottom - 8, left + 8 : right - 8].min() > 200
    assert disc.grey[: top - 12].max() < 60


def test_saliency_colours_the_region_where_it_is_strong_and_nothing_else():
    disc = enlarged(shown(a_slice()), SPOT)
    saliency = np.zeros((4, 8), np.float32)
    saliency[:, :2], saliency[:, 6:] = 3, -3
    left, top, right, bottom = disc.box.edges()
    picture = with_saliency(disc, saliency).astype(int)
    orange, blue = (picture[..., first] - picture[..., second] > 20 for first, second in ((0, 2), (2, 0)))
    assert orange[top:bottom, left : left + 20].all()
    assert blue[top:bottom, right - 20 : right].all()
    middle = (left + right) // 2
    assert not (orange | blue)[:, middle - 10 : middle + 10].any()
    assert not (orange | blue)[:top].any()


@pytest.mark.parametrize("shape", [(5, 7), (5, 7, 3)])
def test_a_png_holds_the_picture(shape):
    picture = np.arange(np.prod(shape), dtype=np.uint8).reshape(shape)
    read = cv2.imdecode(np.frombuffer(png(picture), np.uint8), cv2.IMREAD_UNCHANGED)
    assert np.array_equal(read if read.ndim == 2 else read[..., ::-1], picture)

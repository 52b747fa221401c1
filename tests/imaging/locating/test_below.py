"""Tests for discgrade.imaging.locating.below: painted spines, of which the gap below L5/S1 is known."""

import cv2
import numpy as np
import pytest

from discgrade.imaging.box import Box
from discgrade.imaging.locating.below import further_disc, thickness_below
from discgrade.imaging.locating.found import FoundDisc

LEFT, WIDTH = 60, 40
CENTRES = {"L5/S1": 150.0, "L4/L5": 114.0, "L3/L4": 78.0}
NEXT = 186.0


def painted(gap, *, spacing=1.0, dark=30, tilt=0.0):
    """Return a straight spine with a gap of so many mm below L5/S1, turned about that disc, and its discs."""
    pixels = np.full((240, 200), 10, np.float32)
    pixels[:, LEFT : LEFT + WIDTH] = 100
    for centre, thick in [*((one, 10.0) for one in CENTRES.values()), (NEXT, gap)]:
        pixels[round(centre - thick / 2) : round(centre + thick / 2), LEFT : LEFT + WIDTH] = dark
    turned = cv2.getRotationMatrix2D((LEFT + WIDTH / 2, CENTRES["L5/S1"]), tilt, 1)
    pixels = cv2.warpAffine(pixels, turned, (200, 240), borderValue=10)
    discs = []
    for level, centre in CENTRES.items():
        x, y = turned @ (LEFT + WIDTH / 2, centre, 1)
        box = Box(x - WIDTH / 2, y - 12, WIDTH, 24)
        discs.append(FoundDisc(level, Box(*(one / spacing for one in (box.x, box.y, box.width, box.height))), 0.9))
    pixels = cv2.resize(pixels, None, fx=1 / spacing, fy=1 / spacing, interpolation=cv2.INTER_AREA)
    return pixels, (spacing, spacing), tuple(discs)


@pytest.mark.parametrize("spacing", [1.0, 0.5])
@pytest.mark.parametrize("tilt", [0.0, 25.0])
@pytest.mark.parametrize(("gap", "further"), [(4, False), (11, True)])
def test_a_gap_is_as_thick_as_it_was_painted(gap, further, tilt, spacing):
    seen = painted(gap, spacing=spacing, tilt=tilt)
    assert thickness_below(*seen) == pytest.approx(gap, abs=2)
    assert further_disc(*seen) is further


def test_a_bright_disc_is_one_as_well():
    assert further_disc(*painted(11, dark=170))


def test_where_no_gap_follows_nothing_is_said():
    assert thickness_below(*painted(0)) == 0


def test_where_the_slice_ends_nothing_is_said():
    pixels, spacing, discs = painted(11)
    assert thickness_below(pixels[:185], spacing, discs) == 0


def test_without_spacing_or_lowest_level_nothing_is_said():
    pixels, spacing, discs = painted(11)
    assert not further_disc(pixels, (None, None), discs)
    assert not further_disc(pixels, spacing, discs[1:])
    assert not further_disc(pixels, spacing, discs[:1])

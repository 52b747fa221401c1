"""Boxes of simple shapes, whose sides are known in closed form."""

import numpy as np
import pytest

from discgrade.imaging.masks.boxes import CANAL, MARGIN, Parts, axis_of, box_of

SPACING = (0.5, 0.25)


def block(top: float, bottom: float, front: float, back: float) -> np.ndarray:
    """Return a rectangle in mm as a mask of 160 mm by 100 mm."""
    mask = np.zeros((320, 400), bool)
    mask[round(top / 0.5) : round(bottom / 0.5), round(front / 0.25) : round(back / 0.25)] = True
    return mask


def sides(parts: Parts) -> list[float]:
    """Return front, top, back and bottom of a box in mm."""
    box = box_of(parts)
    return [box.x * 0.25, box.y * 0.5, (box.x + box.width) * 0.25, (box.y + box.height) * 0.5]


DISC, UPPER, LOWER = block(60, 68, 20, 55), block(30, 60, 20, 55), block(68, 98, 20, 55)
SAC = block(10, 150, 58, 72)


def test_a_box_holds_the_disc_30_percent_of_both_vertebrae_and_some_of_the_canal() -> None:
    found = sides(Parts(DISC, UPPER, LOWER, SAC, SPACING))
    assert found == pytest.approx([20 - MARGIN, 60 - 9, 55 + CANAL, 68 + 9], abs=0.5)


def test_without_one_vertebra_as_much_is_taken_as_of_the_other() -> None:
    found = sides(Parts(DISC, UPPER, None, SAC, SPACING))
    assert found[1::2] == pytest.approx([60 - 9, 68 + 9], abs=0.8)


@pytest.mark.parametrize(
    ("sac", "back"),
    [
        (np.zeros_like(SAC), 55 + CANAL),
        (block(10, 150, 57, 60), 60 + MARGIN),
        (block(10, 150, 60, 90), 75),
    ],
)
def test_the_box_reaches_to_the_canals_middle_and_not_beyond_it(sac, back) -> None:
    assert sides(Parts(DISC, UPPER, LOWER, sac, SPACING))[2] == pytest.approx(back, abs=0.5)


def test_the_axis_of_a_tilted_disc_is_at_right_angles_to_it() -> None:
    tilt = np.radians(30)
    along = np.linspace(-18, 18, 200)[:, None] * [np.cos(tilt), np.sin(tilt)]
    across = np.linspace(-4, 4, 50)[:, None] * [-np.sin(tilt), np.cos(tilt)]
    points = (along[:, None] + across[None]).reshape(-1, 2)
    assert axis_of(points) == pytest.approx([-np.sin(tilt), np.cos(tilt)], abs=1e-3)

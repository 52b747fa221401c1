"""The reference drawings that pages show are those that the phantom draws."""

import cv2
import numpy as np

from discgrade.phantom.drawings import drawings
from discgrade.readings.pfirrmann import DRAWINGS


def test_the_drawings_of_all_five_grades_come_along():
    for grade, drawn in enumerate(drawings(), 1):
        shipped = cv2.imread(str(DRAWINGS / f"grade{grade}.png"), cv2.IMREAD_GRAYSCALE)
        assert np.abs(shipped.astype(int) - drawn).max() <= 2


def test_discs_darken_from_grade_to_grade():
    middles = [picture[50:70, 70:120].mean() for picture in drawings()]
    assert middles == sorted(middles, reverse=True)

"""The drawings that the raters' page shows are those that the phantom draws."""

from pathlib import Path

import cv2
import numpy as np

import discgrade
from discgrade.phantom.drawings import drawings

PAGE = Path(discgrade.__file__).parent / "rating" / "page"


def test_the_page_has_the_drawings_of_all_five_grades():
    for grade, drawn in enumerate(drawings(), 1):
        shipped = cv2.imread(str(PAGE / f"grade{grade}.png"), cv2.IMREAD_GRAYSCALE)
        assert np.abs(shipped.astype(int) - drawn).max() <= 2


def test_discs_darken_from_grade_to_grade():
    middles = [picture[50:70, 70:120].mean() for picture in drawings()]
    assert middles == sorted(middles, reverse=True)

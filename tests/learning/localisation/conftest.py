import numpy as np
import pytest
from slice_keys import slice_key

from discgrade.learning.localisation.slices import Slices

SIDE = 64


@pytest.fixture(scope="session")
def slices():
    """Three slices with a bright square a level, at other places on each; the last has one level alone."""
    fine = np.zeros((3, 2 * SIDE, 2 * SIDE), np.uint8)
    boxes = np.full((3, 2, 4), np.nan, np.float32)
    for number, level in ((0, 0), (0, 1), (1, 0), (1, 1), (2, 0)):
        x, y = 24 + 6 * number, 44 - 20 * level
        fine[number, 2 * y - 8 : 2 * y + 8, 2 * x - 8 : 2 * x + 8] = 200
        boxes[number, level] = (x, y, 8, 8)
    pixels = (fine.reshape(3, SIDE, 2, SIDE, 2).mean(axis=(2, 4)) * 257).astype(np.uint16)
    return Slices([slice_key(number) for number in range(3)], pixels, fine, boxes)

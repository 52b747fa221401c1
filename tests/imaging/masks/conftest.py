"""A mask of the phantom, and the ways in which masks go wrong."""

from pathlib import Path

import pytest

from discgrade.imaging.masks.reading import Mask, read_mask


@pytest.fixture(scope="session")
def mask(spider: Path) -> Mask:
    """Return the mask of a phantom patient's T2; nobody changes it."""
    return read_mask([spider / "masks" / "2_t2.mha"])

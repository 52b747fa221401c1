"""Whether rescale slope and intercept leave an image's grey values apart (PS3.3 C.11.1.1.2)."""

from collections.abc import Iterator

import numpy as np

from discgrade.deidentification.elements import raw
from discgrade.deidentification.pixels.bits import DescriptionError

_SLOPE, _INTERCEPT = 0x00281053, 0x00281052


def check_rescaling(elements: raw.Item, lowest: int, highest: int) -> None:
    """Check the rescaling of an image and of each of its frames; a value that is missing or empty is 1 or 0.

    Args:
        elements: What is written of the data set.
        lowest: Smallest stored value.
        highest: Largest stored value.

    Raises:
        DescriptionError: if neighbouring values would become one: by a slope of 0, or by an intercept so large that
            single precision cannot hold a step of the slope beside it.
    """
    for slope, intercept in _rescalings(elements):
        if slope == 0:
            raise DescriptionError("Rescale Slope 0")
        largest = max(abs(slope * value + intercept) for value in (lowest, highest))
        if np.spacing(np.float32(largest)) > abs(slope):
            raise DescriptionError("Rescale Intercept too large for the slope")


def _rescalings(elements: raw.Item) -> Iterator[tuple[float, float]]:
    if _SLOPE in elements or _INTERCEPT in elements:
        yield float(raw.text(elements, _SLOPE) or 1), float(raw.text(elements, _INTERCEPT) or 0)
    for element in elements.values():
        for item in element.items:
            yield from _rescalings(item)

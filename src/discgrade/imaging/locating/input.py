"""From an upright slice to a locator's input: for training and for use alike."""

import math
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from discgrade.imaging.box import Box
from discgrade.imaging.locating.facts import LocatorFacts
from discgrade.imaging.sampling import normalise

DARKEST, BRIGHTEST = 1.0, 99.5
"""Percentiles of a slice's grey values that become -1 and 1: single pixels outshine everything on many."""

Spacing = tuple[float | None, float | None]
"""Distance between rows and between columns in mm; None where unknown."""


@dataclass(frozen=True)
class Placement:
    """Where an input lies on its slice; in both, pixel 0 spans 0 to 1.

    Attributes:
        x: Where its left edge lies on the slice, px.
        y: Where its upper edge lies on the slice, px.
        across: Columns of the slice to a column of the input.
        down: Rows of the slice to a row of the input.
        rows: Rows of the slice.
        columns: Columns of the slice.
    """

    x: float
    y: float
    across: float
    down: float
    rows: int
    columns: int

    def to_slice(self, box: Box) -> Box:
        """Return where a box on the input lies on the slice."""
        return Box(
            self.x + self.across * box.x, self.y + self.down * box.y, self.across * box.width, self.down * box.height
        )

    def to_input(self, box: Box) -> Box:
        """Return where a box on the slice lies on the input; the inverse of `to_slice`."""
        return Box(
            (box.x - self.x) / self.across,
            (box.y - self.y) / self.down,
            box.width / self.across,
            box.height / self.down,
        )


def locator_input(
    pixels: NDArray[np.floating], spacing: Spacing, facts: LocatorFacts
) -> tuple[NDArray[np.float32], Placement]:
    """Return what a locator takes of a slice: greys from -1 to 1, the slice's middle in its middle, black around it.

    Args:
        pixels: Grey values of an upright slice (`imaging.upright`), shape (rows, columns).
        spacing: Distance between rows and between columns in mm; where one is unknown, the slice is taken to be as high
            as the input.
        facts: Side of the input and of its pixels.

    Returns:
        The input, shape (side, side), and where it lies on the slice.

    Raises:
        ValueError: if the slice is no image of at least two rows and columns of finite numbers.
    """
    if pixels.ndim != 2 or min(pixels.shape) < 2 or not np.isfinite(pixels).all():
        raise ValueError(f"A slice should be at least 2 x 2 finite grey values. Received: shape {pixels.shape}")
    placement = place(pixels.shape, spacing, facts)
    return normalise(as_pixels(warp(evened(pixels), placement, facts.side))[None])[0, ..., 0], placement


def as_pixels(image: NDArray[np.float32]) -> NDArray[np.uint16]:
    """Return greys from -1 to 1 as the pixels of a sample, of which `imaging.sampling.normalise` is the inverse."""
    pixels: NDArray[np.uint16] = np.rint((image + 1) * np.float32(65535 / 2)).astype(np.uint16)
    return pixels


def place(shape: tuple[int, ...], spacing: Spacing, facts: LocatorFacts) -> Placement:
    """Return where the input of a slice of so many rows and columns lies on it."""
    rows, columns = shape
    nominal = facts.side * facts.spacing_mm / rows
    row_spacing, column_spacing = spacing
    down, across = facts.spacing_mm / (row_spacing or nominal), facts.spacing_mm / (column_spacing or nominal)
    if not (row_spacing and column_spacing):
        down = across = facts.spacing_mm / nominal
    x, y = (columns - facts.side * across) / 2, (rows - facts.side * down) / 2
    return Placement(x, y, across, down, rows, columns)


def evened(pixels: NDArray[np.floating]) -> NDArray[np.float32]:
    """Map the greys of a slice to -1 ... 1; all -1 where they are all equal."""
    low, high = np.percentile(pixels, [DARKEST, BRIGHTEST])
    if not high > low:
        return np.full(pixels.shape, -1, np.float32)
    return np.asarray(np.clip((pixels - low) * (2 / (high - low)) - 1, -1, 1), np.float32)


def warp(pixels: NDArray[np.float32], placement: Placement, side: int) -> NDArray[np.float32]:
    """Resample an evened slice at a placement; where the slice is finer, its pixels are averaged: nothing aliases."""
    finer = max(1, math.ceil(max(placement.across, placement.down)))
    fine = finer * side
    across, down = placement.across / finer, placement.down / finer
    # In the middles of pixels, which cv2 counts from 0.
    matrix = np.array(
        [[across, 0, placement.x + across / 2 - 0.5], [0, down, placement.y + down / 2 - 0.5]], np.float64
    )
    flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    grid = cv2.warpAffine(pixels, matrix, (fine, fine), flags=flags, borderMode=cv2.BORDER_CONSTANT, borderValue=-1)
    image = grid if finer == 1 else cv2.resize(grid, (side, side), interpolation=cv2.INTER_AREA)
    return np.asarray(image, np.float32)

"""A region of interest as a box on a slice."""

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Box:
    """A region of interest in pixels of a slice; pixel 0 spans 0 to 1, so that (0, 0) is the image's corner.

    Attributes:
        x: Left edge.
        y: Upper edge.
        width: Extent along a row; larger than 0.
        height: Extent along a column; larger than 0.
    """

    x: float
    y: float
    width: float
    height: float

    def edges(self) -> tuple[int, int, int, int]:
        """Return the left, upper, right and lower edge on the nearest pixel borders, at least one pixel apart.

        Raises:
            ValueError: if width or height is not larger than 0.
        """
        if not (self.width > 0 and self.height > 0):
            raise ValueError(f"The ROI's width and height should be > 0. Received: {self.width} x {self.height} px")
        left, upper = _nearest_border(self.x), _nearest_border(self.y)
        right, lower = _nearest_border(self.x + self.width), _nearest_border(self.y + self.height)
        return left, upper, max(right, left + 1), max(lower, upper + 1)

    def squared(self, row_spacing: float | None, column_spacing: float | None) -> "Box":
        """Return the smallest box about the same centre that is as wide as it is high in mm.

        Args:
            row_spacing: Distance between rows in mm, None if unknown: then pixels are taken to be square.
            column_spacing: Distance between columns in mm.
        """
        down, along = (row_spacing, column_spacing) if row_spacing and column_spacing else (1.0, 1.0)
        side = max(self.width * along, self.height * down)
        width, height = side / along, side / down
        return Box(self.x + (self.width - width) / 2, self.y + (self.height - height) / 2, width, height)


def _nearest_border(value: float) -> int:
    return int(np.floor(value + 0.5))

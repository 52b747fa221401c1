"""From the pixels of a region of interest to the network's square input, with one interpolation.

Every sample is one affine map from its pixels to the native region: resampling to the resolution, flip, rotation, zoom
and shift together. Where the native pixels are finer than the sample's, the map is sampled on a grid at least as fine
as they are and averaged over each sample pixel, so that nothing aliases.
"""

import math
from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from discgrade.settings.model import Border

BORDERS: dict[Border, int] = {
    "edge": cv2.BORDER_REPLICATE,
    "reflect": cv2.BORDER_REFLECT_101,
    "zero": cv2.BORDER_CONSTANT,
}
"""What fills the padding to a square and what a transform uncovers; "zero" is the region's smallest grey value."""


@dataclass(frozen=True)
class Transform:
    """How a sample differs from the region as read.

    Attributes:
        flip: Whether it is mirrored left to right, before the rotation.
        angle: Rotation in degrees, counter-clockwise as shown.
        zoom: Magnification.
        right: Shift to the right as a share of the side.
        down: Shift downwards as a share of the side.
        gamma: Exponent of the grey values, counted from 0 (the region's darkest) to 1 (its brightest).
    """

    flip: bool = False
    angle: float = 0.0
    zoom: float = 1.0
    right: float = 0.0
    down: float = 0.0
    gamma: float = 1.0


AS_READ = Transform()


def sample(
    roi: NDArray[np.uint16], resolution: int, transform: Transform = AS_READ, border: Border = "edge"
) -> NDArray[np.uint16]:
    """Pad a region of interest to a square, transform it and resample it.

    Args:
        roi: Image of shape (rows, columns), 0 its darkest and 65,535 its brightest pixel.
        resolution: Side of the sample in pixels.
        transform: What the sample differs in from the region as read.
        border: Key of `BORDERS`.

    Returns:
        Image of shape (resolution, resolution).
    """
    finer = max(1, math.ceil(max(roi.shape) / resolution / transform.zoom))
    side = finer * resolution
    grid = cv2.warpAffine(
        roi,
        to_roi(roi.shape, side, transform),
        (side, side),
        flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP,
        borderMode=BORDERS[border],
    )
    square = grid if finer == 1 else cv2.resize(grid, (resolution, resolution), interpolation=cv2.INTER_AREA)
    return _with_gamma(square, transform.gamma).astype(np.uint16, copy=False)


def _with_gamma(pixels: NDArray[Any], gamma: float) -> NDArray[Any]:
    if gamma == 1:
        return pixels
    return np.rint(65535 * (pixels.astype(np.float32) / 65535) ** np.float32(gamma))


def to_roi(shape: tuple[int, ...], side: int, transform: Transform = AS_READ) -> NDArray[np.float64]:
    """Return the affine map from the pixels of a square sample to those of its region of interest.

    With pixel centres at whole numbers, c the centre of the padded square and s native pixels per sample pixel,

        (column, row) = c + s / zoom F R (i - (side - 1) / 2 - right side, j - (side - 1) / 2 - down side),

    where R turns back by the angle and F mirrors columns. The square is padded as evenly as whole pixels allow, with
    the odd one at the right or at the bottom.

    Args:
        shape: Rows and columns of the region.
        side: Side of the sample in pixels.
        transform: Flip, rotation, zoom and shift.

    Returns:
        Matrix of shape (2, 3), as `cv2.warpAffine` takes it with `WARP_INVERSE_MAP`.
    """
    rows, columns = shape
    square = max(rows, columns)
    centre = np.array([(square - 1) / 2 - (square - columns) // 2, (square - 1) / 2 - (square - rows) // 2])
    cosine, sine = math.cos(math.radians(transform.angle)), math.sin(math.radians(transform.angle))
    linear = square / side / transform.zoom * np.array([[cosine, -sine], [sine, cosine]])
    if transform.flip:
        linear[0] *= -1
    middle = (side - 1) / 2 + side * np.array([transform.right, transform.down])
    return np.column_stack([linear, centre - linear @ middle])


def normalise(pixels: NDArray[np.uint16]) -> NDArray[np.float32]:
    """Map samples to what the network takes: 0 ... 65,535 becomes -1 ... 1.

    `x = pixel * (2 / 65535) - 1`, each step rounded to float32. A training does the same on its device
    (`learning.loop.task.normalise`), to the same bits.

    Args:
        pixels: (N, H, W) uint16.

    Returns:
        (N, H, W, 1) float32.
    """
    return pixels.astype(np.float32)[..., None] * np.float32(2 / 65535) - np.float32(1)

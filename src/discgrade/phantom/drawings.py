"""Reference drawings of the five grades (`readings.pfirrmann`): `python -m discgrade.phantom.drawings FOLDER`.

The same spine five times, without noise, with all discs of one grade; the picture shows L3/L4 and half a vertebra on
either side.
"""

import sys
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from discgrade.keyed import generator
from discgrade.phantom.spine.anatomy import NAMES, Disc, Spine
from discgrade.phantom.spine.painting import paint_back
from discgrade.phantom.spine.signs import signs_of
from discgrade.phantom.spine.stacking import stack
from discgrade.phantom.spine.view import empty_view

_LEVEL = "L3/L4"
_SPACING = 0.3  # mm
_WIDTH, _HEIGHT = 57.6, 36.0  # mm
_AGE = 50.0
_BRIGHTEST = 99.7  # percentile of the healthy disc's picture that is drawn white

Picture = NDArray[np.uint8]


def drawings() -> list[Picture]:
    """Return the pictures of grades 1 to 5; shape (120, 192)."""
    signals = [_signal(grade) for grade in range(1, 6)]
    white = float(np.percentile(signals[0], _BRIGHTEST))
    return [np.rint(255 * np.clip(signal / white, 0, 1)).astype(np.uint8) for signal in signals]


def _signal(grade: int) -> NDArray[np.float32]:
    rng = generator("drawing", "spine")
    signs = [signs_of(float(grade), generator("drawing", "signs", number), False) for number in range(len(NAMES) - 1)]
    spine = stack(signs, scale=1.0, lordosis=0.8, rng=rng)
    y, z = _centre(spine)
    across = np.arange(y - _WIDTH / 2, y + _WIDTH / 2 - _SPACING / 2, _SPACING, dtype=np.float32)[np.newaxis]
    down = np.arange(z - _HEIGHT / 2, z + _HEIGHT / 2 - _SPACING / 2, _SPACING, dtype=np.float32)[:, np.newaxis]
    lateral = np.zeros((1, len(down), 1), np.float32)
    view = empty_view(across, down, lateral, _SPACING, generator("drawing", "texture"))
    paint_back(view, spine, _AGE, generator("drawing", "tissue"))
    signal: NDArray[np.float32] = view.signal[0]
    return signal


def _centre(spine: Spine) -> tuple[float, float]:
    upper, lower = _LEVEL.split("/")
    disc = next(one for one in spine.discs if (one.upper.name, one.lower.name) == (upper, lower))
    y, z = _middle(disc)
    return y + 4, z


def _middle(disc: Disc) -> tuple[float, float]:
    y, z = disc.centre
    return float(y), float(z)


def main(folder: Path) -> None:
    """Write grade1.png ... grade5.png."""
    for grade, picture in enumerate(drawings(), 1):
        encoded = cv2.imencode(".png", picture, [cv2.IMWRITE_PNG_COMPRESSION, 9])[1]
        (folder / f"grade{grade}.png").write_bytes(encoded.tobytes())


if __name__ == "__main__":
    main(Path(sys.argv[1]))

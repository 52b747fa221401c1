"""Paint the spinal canal: dura, cerebrospinal fluid, cord, nerve roots, epidural fat and the foramina beside it."""

import numpy as np

from discgrade.imaging.phantom.anatomy import FIRST_LUMBAR, Spine
from discgrade.imaging.phantom.view import Image, View, bell

FLUID, CORD, ROOT, DURA, FAT = 1.0, 0.45, 0.45, 0.12, 0.75
"""Signals, cerebrospinal fluid being 1."""
HALF_WIDTH = 10.5
"""Distance in mm at which the sac ends sideways."""
ROOTS = 5


def paint_canal(view: View, spine: Spine, rng: np.random.Generator) -> None:
    """Paint the canal from T10 to the sacrum."""
    middle = spine.canal.middle(view.z)
    window = view.window((middle.min() - 14, middle.max() + 14), (-np.inf, np.inf))
    distance, radius = spine.canal.coordinates(window.y, window.z)
    width = np.sqrt(np.clip(1 - (window.lateral / HALF_WIDTH) ** 2, 0, 1))
    half = radius * width - 0.6
    _paint_epidural(window, distance, radius, width)
    window.paint(window.inside(np.abs(distance) - half - 0.9), DURA)
    window.paint(window.inside(np.abs(distance) - half, softness=0.6), _fluid(window, spine, distance, half, rng))


def _paint_epidural(window: View, distance: Image, radius: Image, width: Image) -> None:
    """Paint a dark ligament before the sac, and fat around and beside it."""
    coverage = window.inside(np.abs(distance) - radius - 2.2)
    window.paint(coverage, 0.2 + (FAT - 0.2) * (1 - width))


def _fluid(window: View, spine: Spine, distance: Image, half: Image, rng: np.random.Generator) -> Image:
    """Return the signal within the sac: the cord ends near L1/L2, the roots run on in its back half."""
    signal = FLUID * (1 + 0.04 * window.coarse)
    end = spine.discs[FIRST_LUMBAR].centre[1] + rng.normal(-4, 9)
    above = end - window.z
    cord = 4.2 * np.sqrt(np.clip(above / 30, 0, 1)) * np.sqrt(np.clip(1 - (window.lateral / 5.5) ** 2, 0, 1))
    signal += window.inside(np.abs(distance - 0.4) - cord) * (cord > 0.3) * (CORD - signal)
    below = np.clip((window.z - end + 25) / 40, 0, 1)
    for number in range(ROOTS):
        place = 0.9 - 0.22 * number + 0.06 * np.sin(window.z / rng.uniform(14, 30) + rng.uniform(0, 6))
        drift = place - 0.0035 * number * np.clip(window.z - end, 0, 200)
        strength = below * rng.uniform(0.3, 0.9) / (1 + 0.2 * number)
        signal += strength * bell(distance - drift * np.maximum(half, 0.5), 0.75) * (ROOT - signal)
    return signal

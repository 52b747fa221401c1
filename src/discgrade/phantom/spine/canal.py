"""Paint the spinal canal: dura, cerebrospinal fluid, cord, nerve roots, epidural fat and the foramina beside it."""

import numpy as np

from discgrade.phantom.spine.anatomy import FIRST_LUMBAR, Spine
from discgrade.phantom.spine.view import Image, View, bell

FLUID, CORD, ROOT, DURA, FAT = 1.0, 0.45, 0.45, 0.12, 0.75
"""Signals, cerebrospinal fluid being 1."""
HALF_WIDTH = 10.5
"""Distance in mm at which the sac ends sideways."""
ROOTS = 5


def paint_canal(view: View, spine: Spine, rng: np.random.Generator) -> None:
    """Paint the canal from T10 to the sacrum: what surrounds the dural sac, and the sac itself near the midline."""
    middle = spine.canal.middle(view.z)
    window = view.window((middle.min() - 14, middle.max() + 14))
    distance, radius = spine.canal.coordinates(window.y, window.z)
    around = 0.2 + (FAT - 0.2) * (1 - _width(window.lateral))
    window.paint(window.inside(np.abs(distance) - radius - 2.2), around)

    sac = window.between(-HALF_WIDTH, HALF_WIDTH)
    half = half_depth(sac, radius)
    sac.paint(sac.inside(np.abs(distance) - half - 0.9), DURA)
    sac.paint(sac.inside(np.abs(distance) - half, softness=0.6), _contents(sac, spine, distance, half, rng))


def half_depth(sac: View, radius: Image) -> Image:
    """Return half the depth of the sac on each slice in mm, given that in the midline."""
    return radius * _width(sac.lateral) - 0.6


def _width(lateral: Image) -> Image:
    """Return the depth of the sac relative to that in the midline."""
    width: Image = np.sqrt(np.clip(1 - (lateral / HALF_WIDTH) ** 2, 0, 1))
    return width


def _contents(sac: View, spine: Spine, distance: Image, half: Image, rng: np.random.Generator) -> Image:
    """Return the signal within the sac: the cord ends near L1/L2, the roots run on in its back half.

    Args:
        sac: Slices that show the sac.
        spine: The patient's spine.
        distance: Distance from the sac's middle line, to the back, mm.
        half: Half the depth of the sac, mm.
        rng: Places the cord's end and the roots.
    """
    signal = FLUID * (1 + 0.04 * sac.coarse)
    end = spine.discs[FIRST_LUMBAR].centre[1] + rng.normal(-4, 9)
    cord = 4.2 * np.sqrt(np.clip((end - sac.z) / 30, 0, 1)) * np.sqrt(np.clip(1 - (sac.lateral / 5.5) ** 2, 0, 1))
    signal += sac.inside(np.abs(distance - 0.4) - cord) * (cord > 0.3) * (CORD - signal)
    below = np.clip((sac.z - end + 25) / 40, 0, 1)
    for number in range(ROOTS):
        place = 0.9 - 0.22 * number + 0.06 * np.sin(sac.z / rng.uniform(14, 30) + rng.uniform(0, 6))
        drift = place - 0.0035 * number * np.clip(sac.z - end, 0, 200)
        strength = below * rng.uniform(0.3, 0.9) / (1 + 0.2 * number)
        signal += strength * bell(distance - drift * np.maximum(half, 0.5), 0.75) * (ROOT - signal)
    return signal

"""Paint what lies around the spine: abdomen, vessels, ligaments, muscles, fat and skin."""

import numpy as np

from discgrade.phantom.spine.anatomy import NAMES, Spine
from discgrade.phantom.spine.view import Image, View, bell

FAT, MUSCLE, LIGAMENT, SKIN, VESSEL = 0.8, 0.15, 0.07, 0.12, 0.04
"""Signals, cerebrospinal fluid being 1."""
FASCIA_AT, SKIN_AT = 42.0, 62.0
"""Scaled distances behind the canal at which muscle ends and skin begins."""
THIN = 4.5
"""Distance from the midline, in mm, over which ligaments give way to muscle."""


def paint_surroundings(view: View, spine: Spine, fatness: float) -> None:
    """Paint everything but the canal, the vertebral bodies and the discs.

    It is painted once for the midline and once for either side; a slice is a mixture of the two.

    Args:
        view: Slices to paint on.
        spine: The patient's spine.
        fatness: Thickness of the fat under the skin of the back, mm.
    """
    flat = view.flat()
    coarse, fine = flat.coarse, flat.fine
    depth = _depth(flat, spine, fatness)
    front = _front(flat, spine)
    muscle = MUSCLE * (1 + 0.25 * fine) + 0.35 * np.clip(coarse - 0.8, 0, 1)
    ligaments = 0.25 + 0.06 * fine + 0.3 * np.clip(flat.medium - 0.7, 0, 1)
    fat = FAT * (1 + 0.04 * fine) * (1 - 0.25 * bell(flat.medium, 0.12))
    side, middle = (_back(flat, depth, tissue, fat, front) for tissue in (muscle, ligaments))
    midline = bell(view.lateral, THIN)
    view.signal[...] = (side + midline * (middle - side)) * (1 + 0.06 * view.fine)


def _depth(view: View, spine: Spine, fatness: float) -> Image:
    """Return the distance behind the canal's middle, in mm, scaled so that fascia and skin lie at fixed values."""
    z = view.z[:, 0].astype(np.float64)
    canal = spine.canal.middle(z)
    fascia = np.polyval(np.polyfit(z, canal, 3), z) + 40 * spine.scale
    skin = np.maximum(np.polyval(np.polyfit(z, canal, 2), z) + 40 * spine.scale + fatness, fascia + 4)
    depth = view.y - canal[:, None]
    muscle, fat = (fascia - canal)[:, None], (skin - fascia)[:, None]
    beyond = FASCIA_AT + (depth - muscle) / fat * (SKIN_AT - FASCIA_AT)
    scaled: Image = np.where(depth < muscle, depth / muscle * FASCIA_AT, beyond).astype(np.float32)
    return scaled


def _back(view: View, depth: Image, deep: Image, fat: Image, front: Image) -> Image:
    """Return the signal from the canal to the skin; before it, `front`."""
    signal = np.where(depth < FASCIA_AT, deep, fat) * (1 - 0.85 * bell(depth - FASCIA_AT, 1.2))
    signal += view.inside(SKIN_AT - depth) * (SKIN - signal)
    signal *= view.inside(depth - SKIN_AT - 1.5)
    return np.where(depth > 0, signal, front)


def _front(view: View, spine: Spine) -> Image:
    """Return the signal before the canal: ligament, fat, great vessels, and an abdomen dimmed by a saturation band."""
    points = np.array([vertebra.at(-vertebra.depth / 2, 0) for vertebra in spine.vertebrae])
    wall = np.interp(view.z[:, 0], points[:, 1], points[:, 0])[:, None]
    before = (wall - view.y).astype(np.float32)
    ahead = before + 2 * view.coarse
    pelvic = np.clip((view.z - spine.vertebrae[NAMES.index("L5")].centre[1]) / 25, 0, 1)
    fat = (0.4 + 0.35 * pelvic) * (1 + 0.05 * view.fine - 0.15 * bell(view.coarse, 0.2))
    abdomen = 0.3 + 0.22 * view.coarse + 0.05 * view.fine
    signal = fat + np.clip((ahead - 6 - 2 * view.coarse - 28 * pelvic) / 6, 0, 1) * (abdomen - fat)
    vessel = np.clip(1.4 * bell(ahead - 14, 8), 0, 1) * (1 - pelvic)
    signal += vessel * (VESSEL - signal)
    signal *= 1 - 0.85 * bell(before - 0.5, 1.5)
    band = 0.12 + 0.88 * np.clip(1.3 - ahead / (16 + 44 * pelvic), 0, 1)
    dimmed: Image = np.maximum(signal, 0.03) * band
    return dimmed

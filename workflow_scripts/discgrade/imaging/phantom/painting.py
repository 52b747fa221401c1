"""Paint a spine: bodies, discs, canal and what surrounds them, from back to front."""

import numpy as np

from discgrade.imaging.phantom.anatomy import Disc, Spine, Vertebra, rotate
from discgrade.imaging.phantom.view import Image, View, inside, texture

FAT, MARROW, MUSCLE, CORTEX, ANNULUS, CORD = 0.78, 0.34, 0.15, 0.04, 0.08, 0.42


def paint_spine(view: View, spine: Spine, rng: np.random.Generator) -> None:
    """Paint all tissues of a patient onto a view."""
    paint_surroundings(view, spine, rng)
    paint_canal(view, spine, rng)
    for disc in spine.discs:
        paint_disc(view, disc, rng)
    for number, vertebra in enumerate(spine.vertebrae):
        paint_vertebra(view, vertebra, rng)


def _around(view: View, centre: tuple[float, float], reach: float) -> View:
    return view.window((centre[0] - reach, centre[0] + reach), (centre[1] - reach, centre[1] + reach))


def paint_surroundings(view: View, spine: Spine, rng: np.random.Generator) -> None:
    line = _line(spine)
    t = view.y - np.interp(view.z, *line[:2]).astype(np.float32)
    signal = np.interp(
        t,
        [-70, -50, -44, -40, 8, 12, 40, 44, 46, 70, 72, 73],
        [0.12, 0.12, 0.3, 0.6, 0.5, 0.3, 0.3, 0.05, FAT, FAT, 0.05, 0],
    )
    view.signal[...] = signal * (1 + 0.2 * texture(view.signal.shape, 2.0, rng))


def _line(spine: Spine):
    points = [v.at(v.depth / 2 + 9 * spine.scale, 0) for v in spine.vertebrae]
    y, z = np.array(points).T
    radius = np.interp(np.arange(len(y)), [0, 7, 8, 9, 10], [7.5, 7, 6, 3.5, 0]) * spine.scale
    return z, y, radius


def paint_canal(view: View, spine: Spine, rng: np.random.Generator) -> None:
    z, y, radius = _line(spine)
    centre = np.interp(view.z, z, y).astype(np.float32)
    r = np.interp(view.z, z, radius).astype(np.float32) * np.sqrt(np.clip(1 - (view.lateral / 11) ** 2, 0, 1))
    view.paint(inside(np.abs(view.y - centre) - r, view.spacing), 1.0)


def paint_vertebra(view: View, vertebra: Vertebra, rng: np.random.Generator) -> None:
    w = _around(view, (vertebra.y, vertebra.z), 0.75 * vertebra.depth + 3)
    if w.empty:
        return
    along, down = rotate(w.y - vertebra.y, w.z - vertebra.z, vertebra.tilt)
    waist = 1.5 * (1 - (2 * down / vertebra.height) ** 2)
    front = vertebra.depth / 2 * (2 * np.sqrt(np.clip(1 - (w.lateral / 27) ** 2, 0.05, 1)) - 1)
    walls = np.maximum(-along - front, along - vertebra.depth / 2) + waist
    ends = np.maximum(vertebra.upper.into_disc(w.y, w.z), vertebra.lower.into_disc(w.y, w.z))
    distance = np.maximum(walls, ends)
    w.paint(inside(distance - 0.4, w.spacing), CORTEX)
    marrow = MARROW * (1 + 0.08 * texture(w.signal.shape, 3.0, rng) + 0.06 * texture(w.signal.shape, 0.8, rng))
    w.paint(inside(distance + 0.7, w.spacing), marrow)


def paint_disc(view: View, disc: Disc, rng: np.random.Generator) -> None:
    w = _around(view, disc.centre, 0.75 * disc.depth + 3)
    if w.empty:
        return
    signs = disc.signs
    along, _ = rotate(w.y - disc.centre[0], w.z - disc.centre[1], disc.tilt)
    below, above = disc.above.into_disc(w.y, w.z), disc.below.into_disc(w.y, w.z)
    height = np.maximum(below + above, 0.5)
    across = np.clip((below - above) / height, -1.2, 1.2)
    lateral = np.sqrt(np.clip(1 - (w.lateral / 27) ** 2, 0.05, 1))
    front = disc.depth / 2 * (2 * lateral - 1)
    edge = np.maximum(-along - front, along - disc.depth / 2) - signs.bulge * (1 - across**2)
    distance = np.maximum(edge, np.maximum(-below, -above))
    w.paint(inside(distance, w.spacing), ANNULUS * (1 + 0.2 * texture(w.signal.shape, 1.0, rng)))
    radius = ((np.abs(along - 1) / (0.34 * disc.depth * lateral)) ** 2.6 + np.abs(across / 0.8) ** 2.6) ** (1 / 2.6)
    core = 1 / (1 + np.exp(np.clip((radius - 1) / (0.5 * signs.border), -20, 20)))
    cleft = signs.cleft * np.exp(-((across * height / 2 / 1.2) ** 2))
    nucleus = signs.nucleus * (1 + signs.mottle * texture(w.signal.shape, 2.0, rng)) * (1 - cleft)
    w.paint((core * inside(distance + 0.8, w.spacing)).astype(np.float32), nucleus)

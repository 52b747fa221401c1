"""Paint a patient's back, from what lies behind to what lies before it."""

import numpy as np

from discgrade.phantom.spine.anatomy import Spine
from discgrade.phantom.spine.arch import paint_arches
from discgrade.phantom.spine.canal import paint_canal
from discgrade.phantom.spine.disc import paint_disc
from discgrade.phantom.spine.surroundings import paint_surroundings
from discgrade.phantom.spine.vertebra import paint_vertebra
from discgrade.phantom.spine.view import View


def paint_back(view: View, spine: Spine, age: float, rng: np.random.Generator) -> None:
    """Paint all tissues onto empty slices.

    Args:
        view: Slices to paint on.
        spine: The patient's spine.
        age: In years; marrow turns to fat, and so brighter.
        rng: Draws what differs between patients.
    """
    marrow = float(np.clip(0.3 + 0.0022 * age + 0.05 * rng.standard_normal(), 0.25, 0.55))
    paint_surroundings(view, spine, fatness=float(rng.uniform(4, 22)))
    paint_canal(view, spine, rng)
    paint_arches(view, spine)
    for disc in spine.discs:
        paint_disc(view, disc, rng)
    for vertebra in spine.vertebrae:
        paint_vertebra(view, vertebra, marrow * (1 + 0.05 * float(rng.standard_normal())))

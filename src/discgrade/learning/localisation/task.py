"""The task of finding discs, as the training loop takes it."""

from functools import partial

import numpy as np
from numpy.typing import NDArray

from discgrade.imaging.locating.facts import LocatorFacts
from discgrade.learning.localisation.network import build_network
from discgrade.learning.localisation.objective import localisation_objective
from discgrade.learning.localisation.views import Part, Views
from discgrade.learning.loop.task import Task


def localisation_task(
    views: Views, facts: LocatorFacts, *, width: float, train: NDArray[np.int64], scored: NDArray[np.int64]
) -> Task:
    """Return what a locator learns: every epoch shows one changed view of each slice to train on.

    Args:
        views: All views.
        facts: Sides, cells and levels.
        width: Factor on the network's filters.
        train: Numbers of the slices to train on.
        scored: Numbers of those to find discs on; they show how training goes, and choose nothing. Where there is
            none, those to train on are shown as read.
    """
    rows = views.rows(train, changed=True)
    shown = views.rows(scored if len(scored) else train, changed=False)
    pixels = Part(views, "pixels")
    return Task(
        network=partial(build_network, facts.side, len(facts.levels), width),
        objective=localisation_objective(facts.side, facts.cells, len(facts.levels)),
        pixels=pixels,
        targets=Part(views, "boxes"),
        weights=np.ones(pixels.shape[0], np.float32),
        train=rows,
        validation=shown,
        scored=shown,
        full=len(rows),
        portion=1 / views.copies,
    )

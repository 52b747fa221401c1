"""Where the locator of all patients finds the discs of the cohort `external`: such patients need no training."""

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TextIO

import numpy as np
import pyarrow.compute as pc

from discgrade import records
from discgrade.imaging.locating.facts import read_facts
from discgrade.learning.localisation.slices import read_slices
from discgrade.learning.localisation.training import ALL, located_rows
from discgrade.learning.localisation.views import Views
from discgrade.learning.loop.backend import start_backend
from discgrade.records.cohort.boxes import LOCATED, slice_schema
from discgrade.records.cohort.discs import DISCS
from discgrade.settings.groups.locator import Locator
from discgrade.settings.locating import locator_training
from discgrade.settings.model import Training
from discgrade.settings.run import EXTERNAL


def locate_external(
    *,
    model: Path,
    facts: Path,
    slices: Sequence[Path],
    discs: Path,
    locator: Locator,
    training: Training,
    destination: Path,
    log: TextIO | None = None,
) -> None:
    """Write where a locator finds the discs of the cohort `external`.

    Args:
        model: Keras model of the training on all patients.
        facts: Its facts.
        slices: Shards of slices that hold those of external discs, `boxes.slice_schema`.
        discs: Table of discs.
        locator: Input and network of the training.
        training: Backend, precision and threads; the rest is the locator's.
        destination: Table to write, `boxes.LOCATED`.
        log: Where the device is told; standard error if None.
    """
    known = read_facts(facts)
    outside = set(records.read(discs, DISCS, ["patient"], pc.field("cohort") == EXTERNAL)["patient"].to_pylist())
    shards = [shard for shard in slices if outside & _patients(shard, known.side)]
    if not shards:
        records.write([], LOCATED, destination)
        return
    data = read_slices(shards, known)
    chosen = np.array([place for place, key in enumerate(data.keys) if key.patient in outside], np.int64)
    settings = locator_training(locator, training)
    start_backend(settings)
    from discgrade.learning.localisation.task import localisation_task  # noqa: PLC0415 - imports Keras
    from discgrade.learning.loop import fitting  # noqa: PLC0415

    views, nobody = Views(data, locator.epochs, locator.seed), np.zeros(0, np.int64)
    task = localisation_task(views, known, width=locator.width, train=nobody, scored=chosen)
    network = fitting.build(task, locator.seed)
    network.load_weights(model)
    outputs = fitting.predict_alone(network, task, settings, log or sys.stderr)
    records.write(located_rows([data.keys[place] for place in chosen], outputs, known, ALL), LOCATED, destination)


def _patients(shard: Path, side: int) -> set[str]:
    """Return the patients of a shard of slices."""
    return set(records.read(shard, slice_schema(side), ["patient"])["patient"].to_pylist())

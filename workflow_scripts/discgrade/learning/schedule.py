"""What a training does at a given epoch, as pure functions of the seed, the epoch and the history so far.

Nothing here is carried from epoch to epoch, so a training that was interrupted goes on exactly as it would have.
"""

import hashlib
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

Epoch = Mapping[str, Any]

# What counts as a lower loss, as in Keras' ReduceLROnPlateau.
MIN_DELTA = 1e-4


def keyed(seed: int, *names: object) -> int:
    """Return a number below 2^31 that is a hash of the seed and the names."""
    text = "/".join(map(str, (seed, *names)))
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:4], "little") >> 1


def steps_per_epoch(samples: int, batch: int) -> int:
    """Return the number of batches that show every one of `samples` samples."""
    return -(-samples // batch)


def sample_order(seed: int, epoch: int, samples: int, steps: int, batch: int) -> NDArray[np.int32]:
    """Return the samples of each step of an epoch, as (steps, batch) row numbers.

    All epochs read one endless stream of permutations of the samples, a new one each pass, so every batch is full,
    and samples are seen equally often whatever the length of an epoch.

    Args:
        seed: Seed of the run.
        epoch: Epoch, from 1.
        samples: Number of samples.
        steps: Steps of every epoch.
        batch: Samples of a step.
    """
    first, last = (epoch - 1) * steps * batch, epoch * steps * batch
    passes = range(first // samples, (last - 1) // samples + 1)
    stream = np.concatenate(
        [np.random.default_rng(keyed(seed, "order", one)).permutation(samples) for one in passes], dtype=np.int32
    )
    start = first - passes.start * samples
    return stream[start : start + steps * batch].reshape(steps, batch)


def learning_rate(history: Sequence[Epoch], start: float, plateau: Mapping[str, Any]) -> float:
    """Return the learning rate of the epoch that follows `history`.

    It is `start`, multiplied by `plateau["factor"]` after each `plateau["patience"]` epochs without a lower
    `plateau["monitor"]` (a column of the history), the wait starting anew after each reduction.
    """
    rate, lowest, waited = start, np.inf, 0
    for epoch in history:
        if epoch[plateau["monitor"]] < lowest - MIN_DELTA:
            lowest, waited = epoch[plateau["monitor"]], 0
            continue
        waited += 1
        if waited >= plateau["patience"]:
            rate, waited = rate * plateau["factor"], 0
    return rate


def is_best(history: Sequence[Epoch], accuracy: float) -> bool:
    """Return whether an epoch's validation accuracy beats all earlier ones: of equal epochs the first is kept."""
    return all(accuracy > epoch["val_accuracy"] for epoch in history)

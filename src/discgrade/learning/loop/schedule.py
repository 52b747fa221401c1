"""What a training does in a given epoch, as pure functions of the seed, the epoch and the history so far.

Nothing here is carried from epoch to epoch, so a training that was interrupted goes on exactly as it would have.
"""

import hashlib
import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

Epoch = Mapping[str, Any]

# How much lower a loss has to be to count as lower, as in Keras' ReduceLROnPlateau.
MIN_DELTA = 1e-4


def keyed(seed: int, *names: object) -> int:
    """Return a number below 2^31 that is a hash of the seed and the names."""
    text = "/".join(map(str, (seed, *names)))
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:4], "little") >> 1


def steps_per_epoch(samples: int, batch: int) -> int:
    """Return the number of batches that show every one of `samples` samples."""
    return -(-samples // batch)


def sample_order(seed: int, epoch: int, rows: NDArray[np.integer[Any]], steps: int, batch: int) -> NDArray[np.int32]:
    """Return the rows of each step of an epoch, as (steps, batch).

    All epochs read one endless stream of permutations of the rows, a new one each pass. So every batch is full, and
    rows are seen equally often however many steps an epoch has.

    Args:
        seed: Seed of the run.
        epoch: Epoch, from 1.
        rows: Rows to train on.
        steps: Steps of every epoch.
        batch: Rows of a step.
    """
    first, last = (epoch - 1) * steps * batch, epoch * steps * batch
    passes = range(first // len(rows), -(-last // len(rows)))
    stream = np.concatenate([np.random.default_rng(keyed(seed, "order", one)).permutation(rows) for one in passes])
    start = first - passes.start * len(rows)
    return stream[start : start + steps * batch].reshape(steps, batch).astype(np.int32)


def learning_rate(history: Sequence[Epoch], training: Mapping[str, Any]) -> float:
    """Return the learning rate of the epoch that follows `history`.

    Args:
        history: Epochs so far.
        training: Settings: `schedule`, "plateau" (the default) or "cosine"; `learning_rate`, where both start;
            `epochs`, over which the cosine falls to nearly 0; `plateau`, with `monitor`, `patience` and `factor`.

    Raises:
        ValueError: if the schedule is unknown.
    """
    kind = training.get("schedule", "plateau")
    if kind == "cosine":
        return float(training["learning_rate"]) * (1 + math.cos(math.pi * len(history) / training["epochs"])) / 2
    if kind == "plateau":
        return _after_plateaus(history, training["learning_rate"], training["plateau"])
    raise ValueError(f"Invalid `training.schedule`. It should be 'plateau' or 'cosine'. Received: {kind!r}")


def _after_plateaus(history: Sequence[Epoch], start: float, plateau: Mapping[str, Any]) -> float:
    """Return `start` times `factor` for each `patience` epochs without a lower `monitor`, then waiting anew."""
    rate, lowest, waited = start, math.inf, 0
    for epoch in history:
        if epoch[plateau["monitor"]] < lowest - MIN_DELTA:
            lowest, waited = epoch[plateau["monitor"]], 0
            continue
        waited += 1
        if waited >= plateau["patience"]:
            rate, waited = rate * plateau["factor"], 0
    return rate


def is_best(history: Sequence[Epoch], accuracy: float, rule: str) -> bool:
    """Return whether an epoch becomes the checkpoint.

    Args:
        history: The epochs before it.
        accuracy: Its validation accuracy.
        rule: `protocol.checkpoint`: "last" takes every epoch, so that the last one stays; any other takes one that
            beats the validation accuracies of all before it, so that of equal ones the first stays.
    """
    return rule == "last" or all(accuracy > epoch["val_accuracy"] for epoch in history)

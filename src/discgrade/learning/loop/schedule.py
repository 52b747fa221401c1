"""What a training does in a given epoch, as pure functions of the seed, the epoch and the history so far.

Nothing here is carried from epoch to epoch, so a training that was interrupted resumes exactly as it would have.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from discgrade import keyed
from discgrade.settings.model import Checkpoint, Plateau, Training

# How much lower a loss has to be to count as lower, as in Keras' ReduceLROnPlateau.
MIN_DELTA = 1e-4
# Share of a one-cycle's epochs in which the rate rises, and what part of the largest one it rises from, as in PyTorch's
# OneCycleLR.
RISING = 0.3
FIRST = 1 / 25


@dataclass(frozen=True)
class Epoch:
    """One finished epoch: a row of `training.HISTORY`.

    Attributes:
        epoch: Its number, from 1.
        learning_rate: Learning rate of the epoch.
        loss: Mean loss of its batches, penalties and weights included.
        accuracy: Share of hits in its batches, with dropout.
        val_loss: Loss on the samples that choose the checkpoint, without penalties and weights.
        val_accuracy: Share of hits on them.
        best: Whether the checkpoint was replaced after it.
    """

    epoch: int
    learning_rate: float
    loss: float
    accuracy: float
    val_loss: float
    val_accuracy: float
    best: bool


History = Sequence[Epoch]


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
    stream = np.concatenate([np.random.default_rng(keyed.seed(seed, "order", one)).permutation(rows) for one in passes])
    start = first - passes.start * len(rows)
    return stream[start : start + steps * batch].reshape(steps, batch).astype(np.int32)


def learning_rate(history: History, training: Training) -> float:
    """Return the learning rate of the epoch that follows `history`.

    "plateau" lowers it as `training.plateau` says; "cosine" lets it fall to nearly 0 over `training.epochs`;
    "one_cycle" lets it rise to `training.learning_rate` first, and then fall to nearly 0.
    """
    match training.schedule:
        case "cosine":
            return training.learning_rate * (1 + math.cos(math.pi * len(history) / training.epochs)) / 2
        case "one_cycle":
            return training.learning_rate * _in_cycle((len(history) + 0.5) / training.epochs)
        case "plateau":
            return _after_plateaus(history, training.learning_rate, training.plateau)


def _in_cycle(place: float) -> float:
    """Return the part of the largest learning rate at a place of the training, from 0 to 1: two halves of cosines.

    Reference:
        Smith and Topin 2018, https://arxiv.org/abs/1708.07120
    """
    if place < RISING:
        return FIRST + (1 - FIRST) * (1 - math.cos(math.pi * place / RISING)) / 2
    return (1 + math.cos(math.pi * (place - RISING) / (1 - RISING))) / 2


def _after_plateaus(history: History, start: float, plateau: Plateau) -> float:
    """Return `start` times `factor` for each `patience` epochs without a lower `monitor`, then waiting anew."""
    rate, lowest, waited = start, math.inf, 0
    for epoch in history:
        loss = epoch.val_loss if plateau.monitor == "val_loss" else epoch.loss
        if loss < lowest - MIN_DELTA:
            lowest, waited = loss, 0
            continue
        waited += 1
        if waited >= plateau.patience:
            rate, waited = rate * plateau.factor, 0
    return rate


def is_best(history: History, accuracy: float, rule: Checkpoint) -> bool:
    """Return whether an epoch becomes the checkpoint.

    Args:
        history: The epochs before it.
        accuracy: Its validation accuracy.
        rule: `protocol.checkpoint`: "last" takes every epoch, so that the last one stays; any other takes one that
            beats the validation accuracies of all before it, so that of equal ones the first stays.
    """
    return rule == "last" or all(accuracy > epoch.val_accuracy for epoch in history)

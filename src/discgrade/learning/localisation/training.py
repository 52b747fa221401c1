"""Train a locator on some patients, and let it find the discs of others: the entry point of `train_locator`.

Keras is imported only once data and settings have passed their checks.
"""

import sys
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from importlib.metadata import version
from pathlib import Path
from typing import Any, TextIO

import numpy as np
from numpy.typing import NDArray

from discgrade import records
from discgrade.imaging.locating.decoding import find_discs
from discgrade.imaging.locating.facts import LocatorFacts, write_facts
from discgrade.imaging.locating.found import Found
from discgrade.learning.localisation.expecting import expected_boxes
from discgrade.learning.localisation.slices import SliceKey, Slices, levels_of, read_slices
from discgrade.learning.localisation.views import Views
from discgrade.learning.loop import checkpoints
from discgrade.learning.loop.backend import start_backend
from discgrade.learning.loop.progress import say, vanishing
from discgrade.records.cohort.boxes import LOCATED
from discgrade.records.cohort.splits import SPLITS
from discgrade.records.results.training import HISTORY
from discgrade.settings.groups.locator import Locator
from discgrade.settings.locating import locator_training
from discgrade.settings.model import Training
from discgrade.settings.plain import plain
from discgrade.settings.run import HOLDOUT

ALL = "all"
"""The training on all patients that a study may train on; it finds the discs of the external cohort."""
CELL = 4
"""Input pixels along a side of a cell."""


@dataclass(frozen=True)
class LocatorFiles:
    """What a training writes: its Keras model, facts without a threshold, its epochs, and what it found.

    Attributes:
        model: Keras model.
        facts: JSON, `imaging.locating.facts`; its threshold is 0.
        history: Table of epochs, `training.HISTORY`.
        located: What it found on the slices that it did not see, `boxes.LOCATED`.
    """

    model: Path
    facts: Path
    history: Path
    located: Path


def train_locator(
    *,
    slices: Sequence[Path],
    discs: Path,
    splits: Path,
    split: str,
    locator: Locator,
    training: Training,
    identity: Sequence[str],
    files: LocatorFiles,
    state: Path,
    progress: Path | None = None,
    log: TextIO | None = None,
) -> None:
    """Train a locator and write its model, facts, history, and what it found.

    Interrupted at any moment, the next call resumes after the last finished epoch and ends with the same bits.

    Args:
        slices: Shards of slices, `boxes.slice_schema`.
        discs: Table of discs.
        splits: Table of splits.
        split: A fold, whose test part it does not see, or "all".
        locator: Input, network and length of the training.
        training: Backend, precision and threads; the rest is the locator's.
        identity: What decides the result next to settings and data, as `learning.grading.training` takes it.
        files: What to write.
        state: Folder of checkpoints.
        progress: File that holds, as long as the training runs, one line on how far it has come.
        log: Where each epoch is told; standard error if None.

    Raises:
        ValueError: if the settings or the data do not allow the training.
        FloatingPointError: if the training diverges.
    """
    log = log or sys.stderr
    with vanishing(progress, f"epoch 1/{locator.epochs}  starts"):
        facts = LocatorFacts(locator.side, locator.spacing_mm, locator.side // CELL, levels_of(discs), (), 0.0)
        data = read_slices(slices, facts)
        train, unseen = _parts(data, splits, split)
        facts = replace(facts, expected=expected_boxes(data.boxes[train], facts.spacing_mm))
        say(log, f"{len(train)} slices to train on, {len(unseen)} to find discs on; levels {', '.join(facts.levels)}")
        settings = locator_training(locator, training)
        start_backend(settings)
        from discgrade.learning.localisation.task import localisation_task  # noqa: PLC0415 - imports Keras
        from discgrade.learning.loop import fitting, saving  # noqa: PLC0415

        name = _digest(data, split, [train, unseen], plain(locator), plain(settings), identity)
        with checkpoints.own_folder(state, name, log) as folder:
            views = Views(data, locator.epochs, locator.seed)
            task = localisation_task(views, facts, width=locator.width, train=train, scored=unseen)
            model = fitting.build(task, locator.seed)
            epochs, outputs = fitting.fit(
                model, task, settings, locator.seed, choice="last", folder=folder, log=log, progress=progress
            )
            keys = [data.keys[number] for number in unseen]
            saving.save_model(model, files.model)
            write_facts(facts, files.facts)
            records.write(list(map(asdict, epochs)), HISTORY, files.history)
            records.write(located_rows(keys, outputs[: len(keys)], facts, split), LOCATED, files.located)
            checkpoints.clear(folder)


def _parts(data: Slices, splits: Path, split: str) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return the numbers of the slices to train on and of those to find discs on.

    Raises:
        ValueError: if there are none to train on, or a patient has no part.
    """
    rows = records.read(splits, SPLITS, ["split", "patient", "part"]).to_pylist()
    wanted = HOLDOUT if split == ALL else split
    part = {row["patient"]: row["part"] for row in rows if row["split"] == wanted}
    lost = sorted({key.patient for key in data.keys} - set(part))
    if lost:
        raise ValueError(f"{len(lost)} patients have slices but no part in split {wanted!r}: {lost[:5]}")
    unseen = "external" if split == ALL else "test"
    parts = np.array([part[key.patient] for key in data.keys])
    seen = (parts != "external") & ((split == ALL) | (parts != unseen))
    if not seen.any():
        raise ValueError(f"No slice to train a locator on in split {split!r}. Add patients")
    return np.flatnonzero(seen), np.flatnonzero(parts == unseen)


def _digest(data: Slices, split: str, parts: Sequence[NDArray[Any]], *settings: object) -> str:
    versions = {name: version(name) for name in ("keras", "numpy", "opencv-python-headless")}
    return checkpoints.digest(split, versions, *settings, data.pixels, data.fine, data.boxes, *parts)


def located_rows(
    keys: Sequence[SliceKey], outputs: NDArray[np.float32], facts: LocatorFacts, split: str
) -> list[dict[str, Any]]:
    """Return rows of `boxes.LOCATED`: each level of each slice, found or not.

    Args:
        keys: The slices.
        outputs: (N, cells, cells, levels + 4).
        facts: Of the locator; its threshold of 0 lets everything be told.
        split: Its training.
    """
    rows = []
    for key, output in zip(keys, outputs, strict=True):
        found = find_discs(output, key.placement(facts), facts)
        place = {"split": split, "patient": key.patient, "sop_instance_uid": key.sop_instance_uid, "frame": key.frame}
        rows += [place | {"level": level} | _located(key, found, level) for level in facts.levels]
    return rows


def _located(key: SliceKey, found: Found, level: str) -> dict[str, Any]:
    disc = next((one for one in found.discs if one.level == level), None)
    box = key.stored(disc.box) if disc else None
    names = ("x", "y", "width", "height")
    return {f"found_{name}": getattr(box, name) if box else None for name in names} | {
        "probability": disc.probability if disc else 0.0,
        "score": found.score,
        "flags": "; ".join([*found.flags, *(disc.flags if disc else ())]),
    }

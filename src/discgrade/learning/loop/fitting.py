"""The training loop, on any Keras backend."""

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TextIO

import keras
import numpy as np
from keras import ops
from numpy.typing import NDArray

from discgrade.grades import grades_of, rank
from discgrade.learning.extension import resolve
from discgrade.learning.grading.losses import balanced_class_weights, find_loss
from discgrade.learning.grading.objective import Objective, targets
from discgrade.learning.grading.samples import Samples
from discgrade.learning.loop import checkpoints, schedule
from discgrade.learning.loop.batches import Feed
from discgrade.learning.loop.engine import Engine
from discgrade.learning.loop.engines import start_engine
from discgrade.learning.loop.progress import bar, epoch_line, say
from discgrade.settings.grid import Run

History = list[dict[str, Any]]
Arrays = list[NDArray[Any]]

# Steps between two looks at the loss: often enough to stop a training whose loss is not a number.
STEPS = 100
# Images of one prediction step.
PREDICTED = 64
# A loss above this many times the first epoch's (or 1) has diverged.
DIVERGED = 100.0


def build(training: Mapping[str, Any], run: Run) -> keras.Model:
    """Build the network that the settings name, initialised from the run's seed."""
    scale = training["scale"]
    keras.utils.clear_session()
    keras.utils.set_random_seed(schedule.keyed(run.seed, "weights"))
    model: keras.Model = resolve(training["network"])(
        resolution=run.resolution,
        outputs=1 if scale == "continuous" else len(grades_of(scale)),
        **{key: training[key] for key in ("width", "dropout", "l2", "batch_norm_momentum")},
    )
    return model


def fit(
    model: keras.Model,
    samples: Samples,
    run: Run,
    training: Mapping[str, Any],
    *,
    choice: str,
    folder: Path,
    log: TextIO,
) -> tuple[History, NDArray[np.float32]]:
    """Train a model, going on from the last finished epoch in `folder` if there is one.

    Args:
        model: As `build` returns it.
        samples: What it trains on, is watched on and predicts.
        run: What is trained.
        training: Settings of the variant.
        choice: Which epoch becomes the model: `protocol.checkpoint`.
        folder: Where checkpoints lie.
        log: Where progress goes.

    Returns:
        The history, a row of `records.HISTORY` for each epoch, and the outputs for the scored samples. The model is
        left with the weights of the chosen epoch.

    Raises:
        FloatingPointError: if the loss is not a number or diverges.
    """
    trainer = _trainer(model, samples, run, training, log)
    history, best = _resume(folder, model, trainer.optimizer, log)
    for epoch in range(len(history) + 1, training["epochs"] + 1):
        start = time.monotonic()
        row = trainer.epoch(epoch, schedule.learning_rate(history, training))
        row["best"] = schedule.is_best(history, row["val_accuracy"], choice)
        _check(row, history)
        history.append(row)
        best = _values(model.variables) if row["best"] else best
        groups = {"model": _values(model.variables), "optimizer": _values(trainer.optimizer.variables), "best": best}
        checkpoints.save(folder, history, groups)
        images = trainer.steps * training["batch"]
        say(log, epoch_line(row, training["epochs"], images, time.monotonic() - start, trainer.engine.gpu))
    _assign(model.variables, best)
    return history, predict(trainer.engine, trainer.feed, samples.scored)


@dataclass(frozen=True)
class _Trainer:
    """All that an epoch needs."""

    model: keras.Model
    samples: Samples
    seed: int
    batch: int
    steps: int
    optimizer: keras.optimizers.Optimizer
    objective: Objective
    engine: Engine
    feed: Feed
    target: NDArray[np.float32]
    log: TextIO

    def epoch(self, epoch: int, rate: float) -> dict[str, Any]:
        """Train one epoch and look at the part that chooses the checkpoint; return its row but for `best`."""
        self.optimizer.learning_rate = rate
        _seed_dropout(self.model, self.seed, epoch)
        order = schedule.sample_order(self.seed, epoch, self.samples.train, self.steps, self.batch)
        loss, accuracy = _train_epoch(self.engine, self.feed, order, epoch, self.log)
        outputs = predict(self.engine, self.feed, self.samples.validation)
        row = {"epoch": epoch, "learning_rate": rate, "loss": loss, "accuracy": accuracy}
        return row | _evaluate(self.objective, self.target[self.samples.validation], outputs)


def _trainer(model: keras.Model, samples: Samples, run: Run, training: Mapping[str, Any], log: TextIO) -> _Trainer:
    """Compile the step and bring the samples to the device."""
    optimizer = keras.optimizers.SGD(training["learning_rate"], momentum=training["momentum"])
    optimizer.build(model.trainable_variables)
    weights = _sample_weights(samples, training, log)
    objective = Objective(find_loss(training["loss"]), training["scale"], weighted=weights is not None)
    engine = start_engine(model, optimizer, objective)
    target = targets(samples.grades, training["scale"])
    feed = Feed(engine, samples.pixels, target, np.ones(len(target), np.float32) if weights is None else weights)
    device, memory = "the GPU" if engine.gpu else "the CPU", "its" if feed.resident else "main"
    say(log, f"{keras.backend.backend()} on {device}, samples in {memory} memory")
    shown = samples.full if training["length"] == "steps" else len(samples.train)
    steps = schedule.steps_per_epoch(shown, training["batch"])
    return _Trainer(model, samples, run.seed, training["batch"], steps, optimizer, objective, engine, feed, target, log)


def predict(engine: Engine, feed: Feed, rows: NDArray[np.int64]) -> NDArray[np.float32]:
    """Return the (len(rows), K) outputs of samples, in equal batches: the last is filled up and cut."""
    filled = np.resize(rows, -(-len(rows) // PREDICTED) * PREDICTED).astype(np.int32)
    parts = [engine.predict(pixels) for pixels in feed.pixels(filled.reshape(-1, PREDICTED))]
    return np.concatenate(parts)[: len(rows)]


def _sample_weights(samples: Samples, training: Mapping[str, Any], log: TextIO) -> NDArray[np.float32] | None:
    """Return the class weight of each sample, or None without them; say which grades have no sample to train on."""
    if training["scale"] == "continuous":
        if training["class_weights"]:
            raise ValueError("`class_weights` need a scale of grades. Received: `scale: continuous`")
        return None
    grades = grades_of(training["scale"])
    ranks = rank(samples.grades, training["scale"])
    counts = np.bincount(ranks[samples.train], minlength=len(grades))
    if not counts.all():
        say(log, f"no training sample of grades {grades[counts == 0].tolist()}: they are not learnt")
    if not training["class_weights"]:
        return None
    return balanced_class_weights(ranks[samples.train], len(grades)).astype(np.float32)[ranks]


def _resume(
    folder: Path, model: keras.Model, optimizer: keras.optimizers.Optimizer, log: TextIO
) -> tuple[History, Arrays]:
    """Restore the last finished epoch; return the history and the best weights so far."""
    history, groups = checkpoints.load(folder)
    if not history:
        return [], []
    _assign(model.variables, groups["model"])
    _assign(optimizer.variables, groups["optimizer"])
    say(log, f"goes on after epoch {len(history)}")
    return history, groups["best"]


def _values(variables: Sequence[Any]) -> Arrays:
    return [np.array(variable.numpy()) for variable in variables]


def _assign(variables: Sequence[Any], values: Arrays) -> None:
    for variable, value in zip(variables, values, strict=True):
        variable.assign(value)


def _seed_dropout(model: keras.Model, seed: int, epoch: int) -> None:
    """Make the state of every random layer a function of seed, epoch and its place in the model."""
    states = [variable for variable in model.non_trainable_variables if variable.path.endswith("seed_generator_state")]
    for place, state in enumerate(states):
        state.assign([schedule.keyed(seed, "dropout", epoch, place), 0])


def _train_epoch(engine: Engine, feed: Feed, order: NDArray[np.int32], epoch: int, log: TextIO) -> tuple[float, float]:
    """Take every step of an epoch; return the mean loss and accuracy of its batches."""
    losses: list[float] = []
    hits: list[float] = []
    for start in range(0, len(order), STEPS):
        results = [engine.step(*batch) for batch in feed.batches(order[start : start + STEPS])]
        losses += [float(loss) for loss, _ in results]
        hits += [float(right) for _, right in results]
        bar(log, epoch, len(losses), len(order))
        if not np.isfinite(losses[-1]):
            break
    engine.sync()
    return float(np.mean(losses)), float(np.sum(hits)) / order.size


def _evaluate(objective: Objective, target: NDArray[np.float32], outputs: NDArray[np.float32]) -> dict[str, float]:
    """Return loss and accuracy of outputs, without class weights and penalties."""
    plain = Objective(objective.loss, objective.scale)
    return {
        "val_loss": float(ops.convert_to_numpy(plain.mean_loss(target, outputs, 1))),
        "val_accuracy": float(ops.convert_to_numpy(plain.hits(target, outputs))) / len(target),
    }


def _check(row: Mapping[str, Any], history: History) -> None:
    limit = DIVERGED * max(1.0, abs(history[0]["loss"])) if history else np.inf
    if not np.isfinite([row["loss"], row["val_loss"]]).all() or row["loss"] > limit:
        raise FloatingPointError(
            f"The training diverged in epoch {row['epoch']}: loss {row['loss']:.4g}, validation loss "
            f"{row['val_loss']:.4g} at learning rate {row['learning_rate']:g}. Lower `training.learning_rate`, "
            "or check the loss."
        )

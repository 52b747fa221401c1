"""The training loop, on any Keras backend."""

import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Protocol, TextIO

import keras
import numpy as np
from keras import ops
from numpy.typing import NDArray

from discgrade.grades import grades_of, rank
from discgrade.learning import checkpoint, schedule
from discgrade.learning.extension import resolve
from discgrade.learning.feeding import Samples
from discgrade.learning.losses import balanced_class_weights, find_loss
from discgrade.learning.objective import Objective, targets
from discgrade.study import Run

# Steps of one call to the compiled training function: often enough to notice a loss that is not a number.
STEPS_PER_CALL = 100
# Images of one prediction step.
PREDICTED = 64
# A loss above this many times the first epoch's (or 1) has diverged.
DIVERGED = 100.0


class Engine(Protocol):
    """What a backend does: see `engine_tensorflow`."""

    def train(self, order: NDArray[np.int32]) -> tuple[float, float]:
        """Take a step for each row of sample numbers; return the sums of losses and hits."""
    def predict(self, rows: NDArray[np.int32]) -> NDArray[np.float32]:
        """Return the outputs of samples, by their numbers."""


def build(training: Mapping[str, Any], run: Run) -> keras.Model:
    """Build the network that the settings name, initialised from the run's seed."""
    scale = training["scale"]
    keras.utils.clear_session()
    keras.utils.set_random_seed(schedule.keyed(run.seed, "weights"))
    return resolve(training["network"])(
        resolution=run.resolution,
        outputs=1 if scale == "continuous" else len(grades_of(scale)),
        **{key: training[key] for key in ("width", "dropout", "l2", "batch_norm_momentum")},
    )


def fit(
    model: keras.Model, samples: Samples, run: Run, training: Mapping[str, Any], folder: Path, log: TextIO
) -> list[dict[str, Any]]:
    """Train a model, from the last finished epoch in `folder` if there is one; leave it with the best epoch's weights.

    Returns:
        The history: a row of `records.HISTORY` for each epoch.

    Raises:
        FloatingPointError: if the loss is not a number or diverges.
    """
    optimizer = keras.optimizers.SGD(training["learning_rate"], momentum=training["momentum"])
    optimizer.build(model.trainable_variables)
    target = targets(samples.grades, training["scale"])
    objective = Objective(find_loss(training["loss"]), training["scale"])
    engine = _engine(model, optimizer, objective, samples, target, _sample_weights(samples, training, log))
    state = {"model": model.variables, "optimizer": optimizer.variables}
    history, best = _resume(folder, state, log)
    batch = training["batch"]
    steps = schedule.steps_per_epoch(samples.full if training["length"] == "steps" else len(samples.train), batch)
    for epoch in range(len(history) + 1, training["epochs"] + 1):
        start = time.monotonic()
        rate = schedule.learning_rate(history, training["learning_rate"], training["plateau"])
        optimizer.learning_rate = rate
        _seed_dropout(model, run.seed, epoch)
        order = samples.train.astype(np.int32)[schedule.sample_order(run.seed, epoch, len(samples.train), steps, batch)]
        loss, accuracy = _train_epoch(engine, order)
        outputs = predict(engine, samples.validation)
        row = {"epoch": epoch, "learning_rate": rate, "loss": loss, "accuracy": accuracy}
        row |= _evaluate(objective, target[samples.validation], outputs)
        row["best"] = schedule.is_best(history, row["val_accuracy"])
        _check(row, history)
        history.append(row)
        if row["best"]:
            best = _values(model.variables)
        checkpoint.save(folder, history, {name: _values(group) for name, group in state.items()} | {"best": best})
        seconds = time.monotonic() - start
        print(
            f"epoch {epoch}/{training['epochs']}  loss {loss:.4f}  accuracy {accuracy:.3f}  "
            f"val_loss {row['val_loss']:.4f}  val_accuracy {row['val_accuracy']:.3f}{' best' if row['best'] else ''}  "
            f"rate {rate:g}  {order.size / seconds:.0f} images/s  "
            f"{(training['epochs'] - epoch) * seconds:.0f} s left",
            file=log,
            flush=True,
        )
    _assign(model.variables, best)
    return history, predict(engine, samples.scored)


def predict(engine: Engine, rows: NDArray[np.int64]) -> NDArray[np.float32]:
    """Return the (len(rows), K) outputs of samples, in equal batches: the last is filled up and cut."""
    filled = np.resize(rows, -(-len(rows) // PREDICTED) * PREDICTED).astype(np.int32)
    return np.concatenate([engine.predict(part) for part in filled.reshape(-1, PREDICTED)])[: len(rows)]


def _engine(model, optimizer, objective, samples, target, weights) -> Engine:
    match keras.backend.backend():
        case "tensorflow":
            from discgrade.learning.engine_tensorflow import Engine
        case "jax":
            from discgrade.learning.engine_jax import Engine
        case "torch":
            from discgrade.learning.engine_torch import Engine
    return Engine(model, optimizer, objective, samples.pixels, target, weights)


def _sample_weights(samples: Samples, training: Mapping[str, Any], log: TextIO) -> NDArray[np.float32] | None:
    """Return the class weight of each sample, or None; say which grades have no sample to train on."""
    if training["scale"] == "continuous":
        if training["class_weights"]:
            raise ValueError("`class_weights` need a scale of grades. Received: scale: continuous")
        return None
    grades = grades_of(training["scale"])
    ranks = rank(samples.grades, training["scale"])
    counts = np.bincount(ranks[samples.train], minlength=len(grades))
    if not counts.all():
        print(f"no training sample of grades {grades[counts == 0].tolist()}: they are never learnt", file=log)
    if not training["class_weights"]:
        return None
    return balanced_class_weights(ranks[samples.train], len(grades)).astype(np.float32)[ranks]


def _values(variables: Any) -> list[NDArray[Any]]:
    return [ops.convert_to_numpy(variable) for variable in variables]


def _assign(variables: Any, values: Any) -> None:
    for variable, value in zip(variables, values, strict=True):
        variable.assign(value)


def _resume(folder: Path, state: Mapping[str, Any], log: TextIO) -> tuple[list[dict[str, Any]], list[NDArray[Any]]]:
    history, groups = checkpoint.load(folder)
    for name, variables in state.items():
        if history:
            _assign(variables, groups[name])
    if history:
        print(f"goes on after epoch {len(history)}", file=log, flush=True)
    return history, groups.get("best", [])


def _seed_dropout(model: keras.Model, seed: int, epoch: int) -> None:
    """Set the state of every random layer to a function of seed, epoch and its place in the model."""
    states = [variable for variable in model.non_trainable_variables if variable.path.endswith("seed_generator_state")]
    for place, state in enumerate(states):
        state.assign([schedule.keyed(seed, "dropout", epoch, place), 0])


def _train_epoch(engine: Engine, order: NDArray[np.int32]) -> tuple[float, float]:
    """Return mean loss and accuracy over the batches of an epoch."""
    losses = hits = 0.0
    for start in range(0, len(order), STEPS_PER_CALL):
        loss, right = engine.train(order[start : start + STEPS_PER_CALL])
        losses, hits = losses + loss, hits + right
        if not np.isfinite(losses):
            break
    return losses / len(order), hits / order.size


def _evaluate(objective: Objective, target: NDArray[np.float32], outputs: NDArray[np.float32]) -> dict[str, float]:
    return {
        "val_loss": float(ops.convert_to_numpy(objective.mean_loss(target, outputs, None))),
        "val_accuracy": float(ops.convert_to_numpy(objective.hits(target, outputs))) / len(target),
    }


def _check(row: Mapping[str, Any], history: Any) -> None:
    limit = DIVERGED * max(1.0, abs(history[0]["loss"])) if history else np.inf
    if not np.isfinite([row["loss"], row["val_loss"]]).all() or row["loss"] > limit:
        raise FloatingPointError(
            f"The training diverged in epoch {row['epoch']}: loss {row['loss']}, validation loss {row['val_loss']} "
            f"at learning rate {row['learning_rate']:g}. Lower `training.learning_rate`, or check the loss."
        )

"""The training loop, for any task and on any Keras backend."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, TextIO

import keras
import numpy as np
from keras import ops
from numpy.typing import NDArray

from discgrade import keyed
from discgrade.learning.loop import checkpoints, schedule
from discgrade.learning.loop.batches import Batches
from discgrade.learning.loop.engines.engine import Engine
from discgrade.learning.loop.engines.start import start_engine
from discgrade.learning.loop.optimizers import make_optimizer
from discgrade.learning.loop.progress import epoch_line, say, teller
from discgrade.learning.loop.schedule import Epoch, History
from discgrade.learning.loop.task import Objective, Task
from discgrade.settings.model import Checkpoint, Training

Arrays = list[NDArray[Any]]

# Steps between two looks at the loss: often enough to stop a training whose loss is not a number.
STEPS = 100
# Images of one prediction step.
PREDICTED = 64
# A loss above this many times the first epoch's (or 1) has diverged.
DIVERGED = 100.0


def build(task: Task, seed: int) -> keras.Model:
    """Build the network of a task, initialised from the run's seed."""
    keras.utils.clear_session()
    keras.utils.set_random_seed(keyed.seed(seed, "weights"))
    return task.network()


def fit(
    model: keras.Model,
    task: Task,
    training: Training,
    seed: int,
    *,
    choice: Checkpoint,
    folder: Path,
    log: TextIO,
    progress: Path | None = None,
) -> tuple[list[Epoch], NDArray[np.float32]]:
    """Train a model; resume after the last finished epoch in `folder` if there is one.

    Args:
        model: As `build` returns it.
        task: What it learns.
        training: How it is trained.
        seed: Seed of the run: of the order of its samples and of dropout.
        choice: Which epoch becomes the model.
        folder: Where checkpoints lie.
        log: Where each epoch is told.
        progress: File that holds one line on how far the training has come.

    Returns:
        The epochs, and the (N, ...) outputs for the scored samples. The model is left with the weights of the chosen
        epoch.

    Raises:
        FloatingPointError: if the loss is not a number or diverges.
    """
    trainer = _trainer(model, task, training, seed, log=log, progress=progress)
    history, best = _resume(folder, model, trainer.optimizer, log)
    while len(history) < training.epochs:
        start = time.monotonic()
        epoch = trainer.epoch(history, choice)
        _check(epoch, history)
        history.append(epoch)
        best = _values(model.variables) if epoch.best else best
        groups = {"model": _values(model.variables), "optimizer": _values(trainer.optimizer.variables), "best": best}
        checkpoints.save(folder, history, groups)
        images = trainer.steps * training.batch
        say(log, epoch_line(epoch, training.epochs, images, time.monotonic() - start, trainer.engine.gpu))
    _assign(model.variables, best)
    return history, predict(trainer.engine, trainer.batches, task.scored)


@dataclass(frozen=True)
class _Trainer:
    """All that an epoch needs."""

    model: keras.Model
    task: Task
    training: Training
    seed: int
    steps: int
    optimizer: keras.optimizers.Optimizer
    engine: Engine
    batches: Batches
    log: TextIO
    progress: Path | None

    def epoch(self, history: History, choice: Checkpoint) -> Epoch:
        """Train the epoch that follows `history`, and look at the samples that choose the checkpoint."""
        number, rate = len(history) + 1, schedule.learning_rate(history, self.training)
        self.optimizer.learning_rate = rate
        _seed_dropout(self.model, self.seed, number)
        order = schedule.sample_order(self.seed, number, self.task.train, self.steps, self.training.batch)
        told = {"epoch": number, "epochs": self.training.epochs, "steps": self.steps}
        tell = teller(self.log, self.progress, **told, before=history[-1].loss if history else None)
        loss, accuracy = _train_epoch(self.engine, self.batches, order, tell)
        outputs = predict(self.engine, self.batches, self.task.validation)
        target = self.task.targets[self.task.validation]
        val_loss, val_accuracy = _evaluate(self.task.objective, target, outputs)
        best = schedule.is_best(history, val_accuracy, choice)
        return Epoch(number, rate, loss, accuracy, val_loss, val_accuracy, best)


def _trainer(
    model: keras.Model, task: Task, training: Training, seed: int, *, log: TextIO, progress: Path | None
) -> _Trainer:
    """Compile the step and bring the samples to the device."""
    _check_inputs(model, task)
    optimizer = make_optimizer(training)
    optimizer.build(model.trainable_variables)
    engine = start_engine(model, optimizer, task.objective)
    batches = Batches(engine, task)
    device, memory = "the GPU" if engine.gpu else "the CPU", "its" if batches.resident else "main"
    say(log, f"{keras.backend.backend()} on {device}, samples in {memory} memory")
    shown = task.full if training.length == "steps" else len(task.train)
    steps = schedule.steps_per_epoch(max(1, round(task.portion * shown)), training.batch)
    return _Trainer(model, task, training, seed, steps, optimizer, engine, batches, log, progress)


def predict(engine: Engine, batches: Batches, rows: NDArray[np.int64]) -> NDArray[np.float32]:
    """Return the (len(rows), ...) outputs of samples, in equal batches: the last is filled up and cut."""
    filled = np.resize(rows, -(-len(rows) // PREDICTED) * PREDICTED).astype(np.int32)
    parts = [engine.predict(inputs) for inputs in batches.inputs(filled.reshape(-1, PREDICTED))]
    return np.concatenate(parts)[: len(rows)]


def predict_alone(model: keras.Model, task: Task, training: Training, log: TextIO) -> NDArray[np.float32]:
    """Return the (N, ...) outputs of a trained model for the scored samples of a task that trains on none."""
    _check_inputs(model, task)
    optimizer = make_optimizer(training)
    optimizer.build(model.trainable_variables)
    engine = start_engine(model, optimizer, task.objective)
    say(log, f"{keras.backend.backend()} on {'the GPU' if engine.gpu else 'the CPU'}")
    return predict(engine, Batches(engine, task), task.scored)


def _check_inputs(model: keras.Model, task: Task) -> None:
    """Check that a network takes images, and at most the context next to them.

    Raises:
        ValueError: if it takes anything else.
    """
    shapes = [tuple(one.shape[1:]) for one in model.inputs]
    allowed = [(*task.pixels.shape[1:], 1), *([] if task.context is None else [task.context.shape[1:]])]
    if not shapes or shapes != allowed[: len(shapes)]:
        raise ValueError(
            f"A network should take images {allowed[0]}, and may take a second input of {allowed[1:] or 'nothing'}. "
            f"Received: a network of {shapes}"
        )


def _resume(
    folder: Path, model: keras.Model, optimizer: keras.optimizers.Optimizer, log: TextIO
) -> tuple[list[Epoch], Arrays]:
    """Restore the last finished epoch; return the history and the best weights so far."""
    history, groups = checkpoints.load(folder)
    if not history:
        return [], []
    _assign(model.variables, groups["model"])
    _assign(optimizer.variables, groups["optimizer"])
    say(log, f"resumes after epoch {len(history)}")
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
        state.assign([keyed.seed(seed, "dropout", epoch, place), 0])


def _train_epoch(
    engine: Engine, batches: Batches, order: NDArray[np.int32], tell: Callable[[int, float | None], None]
) -> tuple[float, float]:
    """Take every step of an epoch; return the mean loss and accuracy of its batches."""
    losses: list[float] = []
    hits: list[float] = []
    for start in range(0, len(order), STEPS):
        results = []
        for batch in batches.whole(order[start : start + STEPS]):
            results.append(engine.step(*batch))
            tell(start + len(results), losses[-1] if losses else None)
        losses += [float(loss) for loss, _ in results]
        hits += [float(right) for _, right in results]
        if not np.isfinite(losses[-1]):
            break
    engine.sync()
    return float(np.mean(losses)), float(np.sum(hits)) / order.size


def _evaluate(objective: Objective, target: NDArray[np.float32], outputs: NDArray[np.float32]) -> tuple[float, float]:
    """Return loss and accuracy of outputs, without weights and penalties."""
    plain = replace(objective, weighted=False)
    loss = float(ops.convert_to_numpy(plain.mean_loss(target, outputs, 1)))
    return loss, float(ops.convert_to_numpy(plain.hits(target, outputs))) / len(target)


def _check(epoch: Epoch, history: History) -> None:
    limit = DIVERGED * max(1.0, abs(history[0].loss)) if history else np.inf
    if not np.isfinite([epoch.loss, epoch.val_loss]).all() or epoch.loss > limit:
        raise FloatingPointError(
            f"The training diverged in epoch {epoch.epoch}: loss {epoch.loss:.4g}, validation loss "
            f"{epoch.val_loss:.4g} at learning rate {epoch.learning_rate:g}. Lower `training.learning_rate`, "
            "or check the loss."
        )

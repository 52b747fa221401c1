"""What a training says while it runs: a line for each epoch, and within the epoch a bar or a file of one line."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TextIO

from discgrade.host import peak_memory
from discgrade.learning.loop.device import MIB, gpu_use
from discgrade.learning.loop.schedule import Epoch

WIDTH = 30
EVERY = 0.5
"""Seconds between two looks at how far an epoch has come."""


def say(log: TextIO, text: str) -> None:
    """Write a line at once."""
    print(text, file=log, flush=True)


def epoch_line(epoch: Epoch, epochs: int, images: int, seconds: float, gpu: bool) -> str:
    """Return an epoch's losses, accuracies, learning rate, images per second, memory and the time left.

    Args:
        epoch: The epoch.
        epochs: Number of epochs.
        images: Images trained on in this epoch.
        seconds: What the epoch took, validation included.
        gpu: Whether to tell the GPU's use.
    """
    parts = [
        f"epoch {epoch.epoch}/{epochs}",
        f"loss {epoch.loss:.4f}",
        f"accuracy {epoch.accuracy:.3f}",
        f"val_loss {epoch.val_loss:.4f}",
        f"val_accuracy {epoch.val_accuracy:.3f}{' *' if epoch.best else ''}",
        f"rate {epoch.learning_rate:.3g}",
        f"{images / seconds:.0f} images/s",
    ]
    memory, use = peak_memory(), gpu_use() if gpu else None
    parts += [f"{memory / MIB:.0f} MiB"] if memory else []
    parts += [f"GPU {use[2]:.0f} %, {use[0]:.0f} of {use[1]:.0f} MiB"] if use else []
    return "  ".join([*parts, _left((epochs - epoch.epoch) * seconds)])


def teller(
    log: TextIO, file: Path | None, *, epoch: int, epochs: int, steps: int, before: float | None = None
) -> Callable[[int, float | None], None]:
    """Return a function that tells, twice a second at most, how many steps of an epoch are done and the last loss.

    Args:
        log: Gets a bar, if it is a terminal.
        file: Gets one line.
        epoch: Number of the epoch, from 1, that begins now.
        epochs: Number of epochs.
        steps: Steps of an epoch.
        before: Loss of the epoch before, told until there is another.
    """
    start = last = time.monotonic()

    def tell(done: int, loss: float | None) -> None:
        nonlocal last
        now = time.monotonic()
        if now - last >= EVERY or done == steps:
            last = now
            bar(log, epoch, done, steps)
            left = (now - start) / done * ((epochs - epoch + 1) * steps - done)
            show(file, step_line(epoch, epochs, done / steps, before if loss is None else loss, left))

    return tell


def step_line(epoch: int, epochs: int, part: float, loss: float | None, left: float) -> str:
    """Return how far a training has come: epoch, percent of it, loss, and the seconds left in words."""
    parts = [f"epoch {epoch}/{epochs} {100 * part:3.0f} %", f"loss {loss:.3f}" if loss is not None else "", _left(left)]
    return "  ".join(filter(None, parts))


def _left(seconds: float) -> str:
    """Return a time in words: seconds up to 100, minutes up to 100, then hours."""
    if seconds < 100:
        return f"{seconds:.0f} s left"
    return f"{seconds / 60:.1f} min left" if seconds < 6000 else f"{seconds / 3600:.1f} h left"


def bar(log: TextIO, epoch: int, done: int, steps: int) -> None:
    """Draw how far the epoch has come over the last line of a terminal; nothing in a file."""
    if not log.isatty():
        return
    full = WIDTH * done // steps
    end = "" if done < steps else "\r\x1b[K"
    print(f"\repoch {epoch} [{'=' * full}{' ' * (WIDTH - full)}] {done}/{steps}{end}", end="", file=log, flush=True)


def show(file: Path | None, line: str) -> None:
    """Hold one line in a small file, whole at any moment; what cannot be written is left out."""
    if file:
        partial = file.with_name(f"{file.name}.partial")
        with suppress(OSError):
            partial.write_text(line, encoding="utf-8")
            partial.replace(file)


@contextmanager
def vanishing(file: Path | None, line: str) -> Iterator[None]:
    """Hold a line in such a file until it tells more, and remove it in the end."""
    show(file, line)
    try:
        yield
    finally:
        if file:
            file.unlink(missing_ok=True)

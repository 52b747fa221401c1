"""What a training says while it runs: a line for each epoch, and on a terminal a bar within the epoch."""

from typing import TextIO

from discgrade.host import peak_memory
from discgrade.learning.loop.device import MIB, gpu_use
from discgrade.learning.loop.schedule import Epoch

WIDTH = 30


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
    left = (epochs - epoch.epoch) * seconds
    return "  ".join([*parts, f"{left / 60:.1f} min left" if left >= 100 else f"{left:.0f} s left"])


def bar(log: TextIO, epoch: int, done: int, steps: int) -> None:
    """Draw how far the epoch has come over the last line of a terminal; nothing in a file."""
    if not log.isatty():
        return
    full = WIDTH * done // steps
    end = "" if done < steps else "\r\x1b[K"
    print(f"\repoch {epoch} [{'=' * full}{' ' * (WIDTH - full)}] {done}/{steps}{end}", end="", file=log, flush=True)

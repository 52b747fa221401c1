"""How the training loop trains a locator."""

from dataclasses import replace

from discgrade.settings.groups.locator import Locator
from discgrade.settings.model import Training

WEIGHT_DECAY = 0.05


def locator_training(locator: Locator, training: Training, *, exporting: bool = False) -> Training:
    """Return how the loop trains a locator: on the study's backend and threads, and in all else as a locator is.

    Args:
        locator: The locator's settings.
        training: Any training of the study: its backend, precision, threads and determinism.
        exporting: Whether it is for an export: by TensorFlow, in single precision, on one thread.
    """
    if exporting:
        training = replace(training, backend="tensorflow", precision="float32", threads=1)
    return replace(
        training,
        loss="",
        scale="integral",
        class_weights=None,
        width=locator.width,
        epochs=locator.epochs,
        views=None,
        length="epochs",
        batch=locator.batch,
        learning_rate=locator.learning_rate,
        optimizer="adamw",
        momentum=0.0,
        weight_decay=WEIGHT_DECAY,
        schedule="one_cycle",
        dropout=0.0,
        l2=0.0,
        batch_norm_momentum=0.95,
        softness=None,
        decoding="argmax",
        network="",
    )

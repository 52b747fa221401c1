"""What the methods say of networks and their training."""

from collections.abc import Iterator, Sequence

from discgrade.publication import wording
from discgrade.publication.context import Shown
from discgrade.publication.page.findings import Findings
from discgrade.settings.model import Training

_LOSSES = {
    "categorical_crossentropy": "categorical cross-entropy",
    "ordinal_categorical_crossentropy": "ordinal cross-entropy",
    "squared_ordinal_categorical_crossentropy": "squared ordinal cross-entropy",
    "soft_kappa": "a differentiable (soft) κ",
    "mean_squared_error": "the mean squared error",
    "mean_absolute_error": "the mean absolute error",
}


def network(found: Findings) -> Iterator[str]:
    """Say what goes into which network."""
    images, told = found.told.images, found.told
    region = {"drawn": "the drawn region, padded to a square", "square": "a square around the region"}[images.region]
    yield f"The input is {region}, resampled to {images.resolution} × {images.resolution} px."
    shape = f"{found.layers} layers and {found.parameters:,} parameters"
    if told.default.training.network.endswith("learning.grading.network:build_network"):
        width = told.default.training.width
        narrow = "" if width == 1 else f" at {width:g} of its width"
        yield f"The network is that of Niemeyer et al. [@niemeyer2021]{narrow}: {shape}; weights were drawn at random."
    else:
        yield f"The network ({told.default.training.network}) has {shape}; weights were drawn at random."


def training_words(found: Findings) -> Iterator[str]:
    """Say how networks were trained."""
    training, copies = found.told.default.training, found.told.augmentation
    loss = _LOSSES.get(training.loss, training.loss)
    rate = f"learning rate {training.learning_rate:g}, {training.schedule.replace('_', '-')} schedule"
    yield f"“{found.told.default.label}” minimises {loss} on {wording.SCALES[training.scale]} by {_optimizer(training)}"
    yield f"({rate}) over {training.epochs} epochs in batches of {training.batch},"
    yield f"dropout {training.dropout:g}, L2 {training.l2:g};"
    seeds = ", ".join(map(str, found.context.seeds))
    yield f"training seed{'s' * (len(found.context.seeds) > 1)} {seeds}."
    if copies.copies:
        words = f"{copies.copies} augmented cop{'y' if copies.copies == 1 else 'ies'}"
        yield f"Each disc is shown with {words}: {_augmented(found)}."
    others = [name for name in found.context.variants if name != found.context.default.variant]
    if others:
        yield f"Compared with: {', '.join(_named(found.context.variants[name]) for name in others)}."


def _named(variant: Shown) -> str:
    """Name a variant, and what an ensemble averages."""
    mean = f" (mean of the outputs of {quoted(variant.members)})" if variant.members else ""
    return f"{quoted([variant.label])}{mean}"


def quoted(names: Sequence[str]) -> str:
    """Return names in quotation marks."""
    return " and ".join(f"“{name}”" for name in names)


def _optimizer(training: Training) -> str:
    if training.optimizer == "sgd":
        return f"stochastic gradient descent with momentum {training.momentum:g}"
    return f"AdamW with weight decay {training.weight_decay:g}"


def _augmented(found: Findings) -> str:
    made = found.told.augmentation
    parts = [
        f"mirrored with a probability of {made.flip:g}" if made.flip else "",
        f"turned by up to {made.rotation:g}°" if made.rotation else "",
        f"zoomed by up to {made.zoom:g}" if made.zoom != 1 else "",
        f"shifted by up to {made.shift:g} of the side" if made.shift else "",
        f"grey values raised to powers up to {made.gamma:g}" if made.gamma != 1 else "",
    ]
    return ", ".join(part for part in parts if part) or "unchanged"

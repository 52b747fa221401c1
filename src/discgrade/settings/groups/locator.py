"""Whether and how a study learns where discs are (`locator`)."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Locator:
    """How a locator is trained.

    Attributes:
        train: Whether the study trains one.
        side: Side of its square input in pixels.
        spacing_mm: Side of an input pixel in mm.
        width: Factor on the number of its filters.
        epochs: Passes over the slices, each in another view.
        batch: Slices of a step.
        learning_rate: Largest learning rate.
        seed: Seed of its weights, of the order of the slices and of their views.
    """

    train: bool
    side: int
    spacing_mm: float
    width: float
    epochs: int
    batch: int
    learning_rate: float
    seed: int

"""The words of reports, each written once: names, and what is said of data, protocol, runs and intervals.

Tables, figures and the captions of the report take them from here; the names of variants come from the config.
"""

from collections.abc import Mapping, Sequence

from discgrade.settings.groups.cohort import Source
from discgrade.settings.model import Protocol, Unit
from discgrade.settings.run import FOLD_MEAN, FOLDS, HOLDOUT, READINGS

PAPER_VARIANTS = {
    "default": "Default model",
    "integral": "Integral grades",
    "balanced": "Balanced class weights",
    "ordinal": "Ordinal cross-entropy",
    "ordinal_squared": "Squared ordinal cross-entropy",
    "soft_kappa": "Soft κ loss",
    "mse": "MSE loss (regression)",
    "mae": "MAE loss (regression)",
}
"""The variants of the paper, for the rows of those that a study's config does not name."""

METRICS = {
    "kappa_linear": "Cohen's κ (linear)",
    "accuracy": "Accuracy",
    "mcc": "MCC",
    "f1": "Average F1",
    "mae": "Mean absolute error (grades)",
}
"""Metrics in the axes and legends of figures."""

HEADINGS = {
    "kappa_linear": "Cohen's κ",
    "accuracy": "Accuracy",
    "mcc": "MCC",
    "specificity": "Specificity",
    "sensitivity": "Sensitivity",
    "precision": "Precision",
    "f1": "F1",
    "jaccard": "Jaccard",
    "lin_ccc": "Lin's CCC",
    "mae": "MAE",
    "pearson_r": "Pearson r",
}
"""Metrics as headings; a note to them says on which grades."""

ON_SCALES = {
    "accuracy_fractional": "Accuracy, 13 grades",
    "accuracy": "Accuracy, integral grades",
    "kappa_linear_fractional": "Cohen's κ (linear), 13 grades",
    "kappa_linear": "Cohen's κ (linear), integral grades",
    "mcc": "MCC, integral grades",
    "mae": "Mean absolute error, grades",
    "pearson_r": "Pearson r",
}
"""Metrics with the grades that they are taken on."""

PAIRS = {"intra_rater": "Intra-rater", "inter_rater": "Inter-rater", "noise_ceiling": "Noise ceiling"}

GROUPS = {
    READINGS: "Raters",
    HOLDOUT: "Variants, hold-out test set",
    FOLDS: "All folds, pooled",
    FOLD_MEAN: "Mean of the folds",
}
"""The splits of the tables as headings of several variants each."""

SOURCES: Mapping[Source, str] = {
    "phantom": "simulated images and readings (a phantom cohort, no patients)",
    "folder": "own images and readings",
    "volumes": "volumes with masks",
    "export": "own images and readings, de-identified elsewhere",
    "rating": "own images and readings, read on the raters' page",
}

_SCORED = {
    "as_read": "discs scored as read",
    "averaged": "discs scored by the mean output over the disc as read and its augmented copies",
    "augmented": "augmented copies of the discs scored",
}
_CHOSEN = {
    "validation": "checkpoint chosen on patients held out of the training part",
    "last": "the last epoch taken",
    "scored": "checkpoint chosen on the scored part",
}


def variant_name(variant: str, labels: Mapping[str, str]) -> str:
    """Return the printed name of a variant: its label, else what the paper's of that name is called, else its name."""
    return labels.get(variant) or PAPER_VARIANTS.get(variant, variant)


def data_words(study: str, source: Source) -> str:
    """Say whose data a study's are."""
    return f"study “{study}”, {SOURCES[source]}"


def protocol_words(protocol: Protocol) -> str:
    """Say what was scored and how the checkpoint was chosen."""
    return f"{_SCORED[protocol.score]}, {_CHOSEN[protocol.checkpoint]}"


def seed_words(seeds: Sequence[int]) -> str:
    """Name the seeds of training over which scores are averaged."""
    numbers = ", ".join(map(str, seeds))
    return f"training seed {numbers}" if len(seeds) == 1 else f"mean over training seeds {numbers}"


def percent(share: float) -> str:
    """Print a share as a percentage, with as many digits as it needs: 95 %, 99.73 %."""
    return f"{100 * share:.4g} %"


def patients(count: int) -> str:
    """Count patients."""
    return f"{count} patient{'s' * (count != 1)}"


SCALES = {
    "fractional": "the fractional scale (13 grades, thirds between the integral ones)",
    "integral": "the integral scale (grades 1 to 5)",
    "continuous": "a continuous scale",
}
"""The scales of grades, in words."""

WEIGHED: Mapping[Unit, str] = {
    "patient": "patients",
    "disc": "discs, for readings over patients",
    "fold": "patients, for means of folds over folds",
}
"""What the bootstrap of a whole study weighs, by `protocol.unit`."""


def interval_words(probability: float, weighed: str, draws: int, seed: int) -> str:
    """Say how intervals were drawn.

    Args:
        probability: Probability that an interval holds.
        weighed: What the bootstrap weighs, for example "12 patients".
        draws: Number of draws.
        seed: Seed of the draws.
    """
    return (
        f"{percent(probability)} credible intervals (highest density) of a Bayesian bootstrap over {weighed} "
        f"({draws:,} draws, seed {seed})"
    )


def split_words(split: str, folds: int) -> str:
    """Name a split of the tables within a sentence."""
    return {
        HOLDOUT: "hold-out test set",
        FOLDS: f"out-of-fold predictions of {folds} folds, pooled",
        FOLD_MEAN: f"mean of {folds} folds",
    }[split]


def split_heading(split: str, folds: int) -> str:
    """Name a split of the tables as a heading."""
    return {HOLDOUT: "Hold-out test set", FOLDS: f"{folds} folds, pooled", FOLD_MEAN: f"Mean of {folds} folds"}[split]

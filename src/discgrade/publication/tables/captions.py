"""What every caption says: data, protocol, n, seeds and how intervals were drawn."""

from collections.abc import Mapping
from typing import Any

from discgrade.publication.published import PAPER, source
from discgrade.publication.tables.scores import Key, Study, over_seeds
from discgrade.settings.grid import FOLD_MEAN, FOLDS, HOLDOUT

Context = Mapping[str, Any]

_SOURCES = {
    "phantom": "simulated images and readings (a phantom cohort, no patients)",
    "folder": "own images and readings",
    "export": "own images and readings, de-identified elsewhere",
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


def cross_validation(context: Context) -> str:
    """Return which split stands for the cross-validation: pooled folds, or their mean if folds are weighed."""
    return FOLD_MEAN if context["unit"] == "fold" else FOLDS


def data_words(context: Context) -> str:
    """Say whose data the study's are."""
    return f"This study: “{context['study']}”, {_SOURCES[context['source']]}"


def protocol_words(context: Context, variant: str) -> str:
    """Say what was scored and how the checkpoint was chosen."""
    protocol = context["variants"][variant]
    return f"{_SCORED[protocol['score']]}, {_CHOSEN[protocol['checkpoint']]}"


def seed_words(context: Context) -> str:
    """Name the seeds of training."""
    seeds = ", ".join(map(str, context["seeds"]))
    return f"training seed {seeds}" if len(context["seeds"]) == 1 else f"mean over training seeds {seeds}"


def interval_words(study: Study, key: Key) -> str:
    """Say how the interval of a score was drawn; empty where there is none."""
    row = study.intervals.get(key)
    if row is None:
        return ""
    return (
        f"{100 * row['probability']:.4g} % highest-density intervals of a Bayesian bootstrap over {row['units']} "
        f"{row['unit']}s ({row['draws']:,} draws, seed {row['bootstrap_seed']})"
    )


def split_words(context: Context, split: str) -> str:
    """Name a split in words."""
    folds = context["folds"]
    return {
        HOLDOUT: "fixed split",
        FOLDS: f"out-of-fold predictions of {folds} folds, pooled",
        FOLD_MEAN: f"mean of {folds} folds",
    }[split]


def split_heading(context: Context, split: str) -> str:
    """Name a split in the heading of a column."""
    folds = context["folds"]
    return {HOLDOUT: "Fixed split", FOLDS: f"{folds} folds, pooled", FOLD_MEAN: f"Mean of {folds} folds"}[split]


def caption(study: Study, context: Context, split: str) -> str:
    """Return the sentences on data, protocol, n, seeds and intervals of a table of scores."""
    default = over_seeds(context["default"], split=split)
    key = Key(default, "accuracy")
    samples = study.scores[key]["n"] if key in study.scores else 0
    parts = [
        data_words(context),
        f"{split_words(context, split)}, n = {samples:,} scored samples",
        protocol_words(context, default.variant),
        seed_words(context),
        interval_words(study, key),
    ]
    return "; ".join(part for part in parts if part) + f". Published values: {source(PAPER)}."

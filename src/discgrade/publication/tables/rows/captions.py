"""What every table's caption says: data, protocol, n, seeds and how intervals were drawn."""

from discgrade.publication import wording
from discgrade.publication.context import ComparedContext
from discgrade.publication.keys import Key
from discgrade.publication.published import PAPER, source
from discgrade.publication.tables.rows.scores import Study, over_seeds
from discgrade.settings.run import FOLD_MEAN, FOLDS


def cross_validation(context: ComparedContext) -> str:
    """Return which split stands for the cross-validation: pooled folds, or their mean if folds are weighed."""
    return FOLD_MEAN if context.unit == "fold" else FOLDS


def interval_words(study: Study, key: Key) -> str:
    """Say how the interval of a score was drawn; empty where there is none."""
    row = study.intervals.get(key)
    if row is None:
        return ""
    weighed = f"{row['units']} {row['unit']}{'s' * (row['units'] != 1)}"
    return wording.interval_words(row["probability"], weighed, row["draws"], row["bootstrap_seed"])


def caption(study: Study, context: ComparedContext, split: str) -> str:
    """Return the sentences on data, protocol, n, seeds and intervals of a table of scores."""
    default = over_seeds(context.default, split=split)
    key = Key(default, "accuracy")
    samples = study.scores[key]["n"] if key in study.scores else 0
    parts = [
        f"Data: {wording.data_words(context.study, context.source)}",
        f"{wording.split_words(split, context.folds)}, n = {samples:,} scored samples",
        wording.protocol_words(context.variants[default.variant].protocol),
        wording.seed_words(context.seeds),
        interval_words(study, key),
    ]
    published = f" Published values: {source(PAPER)}." if context.compare else ""
    return "; ".join(part for part in parts if part) + "." + published

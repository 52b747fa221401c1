"""The numbers of the Results one by one: agreement, large errors and differences, each with where it was read."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from math import isnan, nan

from discgrade.publication.context import ComparedContext
from discgrade.publication.keys import Key, run_key
from discgrade.publication.tables.rows.best import is_rounded
from discgrade.publication.tables.rows.errors import Errors
from discgrade.publication.tables.rows.lines import Line
from discgrade.publication.tables.rows.scores import Study, over_seeds, undefined_words
from discgrade.publication.wording import ON_SCALES, split_words
from discgrade.records.cell_keys import CellKey
from discgrade.settings.run import HOLDOUT

_EXACT = {
    "accuracy_fractional": "Exact agreement, 13 grades",
    "accuracy": "Exact agreement, integral grades",
}
_AGREEMENT = (*_EXACT, "kappa_linear_fractional", "kappa_linear", "mae", "pearson_r")


@dataclass(frozen=True)
class Statement:
    """One number of the Results.

    Attributes:
        statement: Its key.
        words: What it says.
        value: This study's number; NaN if it is none, or if it cannot be given.
        lower: Lower bound of its interval; NaN without one.
        upper: Upper bound of its interval; NaN without one.
        text: What is printed instead of a number.
        reason: Why there is neither.
        keys: Where value, lower, upper or text were read, by column.
    """

    statement: str
    words: str
    value: float = nan
    lower: float = nan
    upper: float = nan
    text: str = ""
    reason: str = ""
    keys: Mapping[str, tuple[CellKey, ...]] = field(default_factory=dict)


def agreement(study: Study, row: str, line: Line) -> Iterator[Statement]:
    """Yield how well two readings, or the model and the reference, agree."""
    for metric in _AGREEMENT:
        absent = "Needs fractional grades." if line.samples(study) else line.absent
        words = _EXACT.get(metric) or ON_SCALES[metric]
        yield _score(study, f"{row}/{metric}", words, line.key(metric), absent)


def _score(study: Study, statement: str, words: str, key: Key, absent: str) -> Statement:
    row, interval = study.scores.get(key), study.intervals.get(key)
    if row is None or isnan(row["value"]):
        return Statement(statement, words, reason=absent if row is None else undefined_words(row))
    keys = {"value": (key.cell("scores", "value"),)}
    if interval is None:
        return Statement(statement, words, row["value"], keys=keys)
    keys |= {bound: (key.cell("intervals", bound),) for bound in ("lower", "upper")}
    return Statement(statement, words, row["value"], interval["lower"], interval["upper"], keys=keys)


def large_errors(study: Study, line: Line, errors: Mapping[str, Errors]) -> Iterator[Statement]:
    """Yield how often the default model is over one grade off, and between which grades."""
    within = _score(study, "default/within_one", "At most one grade off", line.key("within_one"), line.absent)
    yield within
    yield _complement(within, "default/over_one", "Over one grade off")
    share, grades = "Of these, share with reference or prediction 1 or 5", "Of these, number by reference grade"
    found = errors.get(line.row)
    if found is None or not found.large:
        reason = "No error over one grade." if found else line.absent
        yield Statement("default/over_one_extreme", share, reason=reason)
        yield Statement("default/over_one_grades", grades, reason=reason)
    else:
        counts = ", ".join(f"grade {grade:g}: {count}" for grade, count in found.by_grade.items() if count)
        yield Statement("default/over_one_extreme", share, found.extreme / found.large, keys=_predicted("value", line))
        yield Statement("default/over_one_grades", grades, text=counts, keys=_predicted("text", line))


def _complement(share: Statement, statement: str, words: str) -> Statement:
    sources = {"value": "value", "lower": "upper", "upper": "lower"}
    keys = {
        column: tuple(replace(key, enters="complement") for key in share.keys[source])
        for column, source in sources.items()
        if source in share.keys
    }
    return Statement(
        statement, words, 1 - share.value, 1 - share.upper, 1 - share.lower, reason=share.reason, keys=keys
    )


def optimism(study: Study, default: Line, line: Line) -> Statement:
    """Return by how much another protocol raises kappa over the default one, on the same discs."""
    words = f"κ (linear), {line.label} minus {default.label}, paired"
    found = _difference(study, f"{line.row}/optimism", words, line.key("kappa_linear"), default.run.variant)
    return found or Statement(f"{line.row}/optimism", words, reason="Scored on other discs.")


def _difference(study: Study, statement: str, words: str, key: Key, other: str) -> Statement | None:
    """Return a paired difference; None if the two were not compared."""
    row = study.comparisons.get((key, other))
    if row is None:
        return None
    if isnan(row["difference"]):
        return Statement(statement, words, reason="Undefined for one of the two.")
    columns = {"value": "difference", "lower": "lower", "upper": "upper"}
    keys = {column: (key.cell("comparisons", name, other=other),) for column, name in columns.items()}
    return Statement(statement, words, **{column: row[name] for column, name in columns.items()}, keys=keys)


def over_one(study: Study, line: Line) -> Statement:
    """Return how often a variant is over one grade off."""
    within = _score(study, "", "", line.key("within_one"), line.absent)
    against = ", against integral grades" if is_rounded(study, line.key("within_one")) else ""
    return _complement(within, f"{line.row}/over_one", line.label + against)


def never_predicted(line: Line, errors: Errors) -> Statement:
    """Return the grades that a variant never gives."""
    unused = ", ".join(f"{grade:g}" for grade in errors.unused)
    return Statement(f"{line.row}/never_predicted", line.label, text=unused or "none", keys=_predicted("text", line))


def _predicted(column: str, line: Line) -> dict[str, tuple[CellKey, ...]]:
    return {column: (run_key(line.run, "graded", "predicted", "from"),)}


def smallest_share(study: Study, context: ComparedContext) -> Statement:
    """Return kappa with the smallest training fraction."""
    default = over_seeds(context.default)
    share = max((key.run.share for key in study.scores if key.run == replace(default, share=key.run.share)), default=1)
    if share == default.share:
        words = "κ (linear) with the smallest training fraction"
        return Statement("smallest_share/kappa_linear", words, reason="One training fraction only.")
    words = f"κ (linear), {split_words(HOLDOUT, context.folds)}, training fraction 1/{share}"
    key = Key(replace(default, share=share), "kappa_linear")
    return _score(study, "smallest_share/kappa_linear", words, key, "")


def resolution_difference(study: Study, context: ComparedContext) -> Statement:
    """Return the paired difference of kappa between 64 and 128 px; else between the default and the next one below."""
    default = over_seeds(context.default)
    trained = {key.run.resolution for key in study.scores if key.run.split == default.split}
    below = max((resolution for resolution in trained if resolution < default.resolution), default=0)
    for small, large in ((64, 128), (below, default.resolution)):
        words = f"κ (linear), {split_words(HOLDOUT, context.folds)}, at {small} minus at {large} px, paired"
        key = Key(replace(default, resolution=small), "kappa_linear")
        found = _difference(study, "resolution/kappa_linear", words, key, f"{large}px")
        if found:
            return found
    words = "κ (linear) at a lower resolution minus at the default one"
    return Statement("resolution/kappa_linear", words, reason="No lower resolution was trained.")

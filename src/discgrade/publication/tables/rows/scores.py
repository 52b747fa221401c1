"""Look scores, intervals and comparisons up for the tables, and print them."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from math import isnan
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from discgrade import records
from discgrade.grades import INTEGRAL
from discgrade.publication.keys import Key, Traced, keys_in
from discgrade.publication.render.table import Cell, missing
from discgrade.records.results.intervals import COMPARISONS, INTERVALS
from discgrade.records.results.scores import SCORES
from discgrade.settings.run import ALL_SEEDS, FOLD_MEAN, FOLDS, HOLDOUT, READINGS, Run

# Width below which an interval is none.
_NARROW = 1e-9
EQUAL = "Equal: no weights tell the two apart."
_NO_SPREAD = (
    "No interval: no weights change the score, since there is no error or no hit, one patient or one predicted grade "
    "only."
)

_AVERAGED = frozenset({"sensitivity", "precision", "f1", "jaccard"})
"""Averages over the grades in which one without a reference disc counts as 0, as in the paper's tables."""

MINUS = "\N{MINUS SIGN}"

_SHOWN = pc.field("seed").isin([ALL_SEEDS]) & pc.field("split").isin([HOLDOUT, FOLDS, FOLD_MEAN, READINGS])


Row = Mapping[str, Any]


@dataclass(frozen=True)
class Study:
    """What the tables read of a study.

    Attributes:
        scores: Rows of `scores.SCORES` by key.
        intervals: Rows of `intervals.INTERVALS` by key.
        comparisons: Rows of `intervals.COMPARISONS` by key and what is compared with.
        drawn: The study's table that holds the intervals.
    """

    scores: Mapping[Key, Row]
    intervals: Mapping[Key, Row]
    comparisons: Mapping[tuple[Key, str], Row]
    drawn: str = "intervals"


def over_seeds(run: Run, **changes: Any) -> Run:  # noqa: ANN401
    """Return the run that stands for the mean over the seeds of a run, with some of its fields changed."""
    return replace(run, **changes, seed=ALL_SEEDS)


def reader(name: str) -> Run:
    """Return the run under which a pair of readings, or the noise ceiling, is scored."""
    return Run(name, 0, 1, READINGS, ALL_SEEDS)


def read_study(scores: Path, intervals: Path, comparisons: Path | None = None) -> Study:
    """Read the scores over all seeds, with what belongs to them."""
    compared = _rows(records.read(comparisons, COMPARISONS, filters=_SHOWN)) if comparisons else []
    return Study(
        scores={_key(row): row for row in _rows(records.read(scores, SCORES, filters=_SHOWN))},
        intervals={_key(row): row for row in _rows(records.read(intervals, INTERVALS, filters=_SHOWN))},
        comparisons={(_key(row), row["other"]): row for row in compared},
    )


def narrowed(study: Study, shown: Path) -> Study:
    """Return a study with the narrower intervals of `shown_intervals.parquet`; itself where none were drawn."""
    rows = _rows(records.read(shown, INTERVALS, filters=_SHOWN))
    return replace(study, intervals={_key(row): row for row in rows}, drawn="shown_intervals") if rows else study


def _rows(table: pa.Table) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = table.to_pylist()
    return rows


def _key(row: Row) -> Key:
    run = Run(*(row[name] for name in ("variant", "resolution", "share", "split", "seed")))
    return Key(run, row["metric"], row["scope"], row["group"], row["grade"])


def number(value: float, digits: int = 3, signed: bool = False) -> str:
    """Print a number with a true minus sign; no minus before a zero."""
    text = f"{value:+.{digits}f}" if signed else f"{value:.{digits}f}"
    if float(text) == 0:
        text = text.lstrip("+-")
    return text.replace("-", MINUS)


def interval_text(row: Row | None, digits: int = 3) -> str:
    """Print the bounds of an interval; empty where there is none, or where it has no width."""
    if row is None or isnan(row["lower"]) or _has_no_spread(row):
        return ""
    return f"{number(row['lower'], digits)}, {number(row['upper'], digits)}"


def spread_notes(row: Row | None) -> tuple[str, ...]:
    """Return the footnote of an interval without width."""
    return (_NO_SPREAD,) if row is not None and _has_no_spread(row) else ()


def _has_no_spread(row: Row) -> bool:
    return bool(row["upper"] - row["lower"] < _NARROW)


def difference_text(row: Row) -> str:
    """Print a paired difference of a model to a reading, its interval and how likely the model is the higher one."""
    difference = number(row["difference"], signed=True)
    if _has_no_spread(row):
        return f"{difference}, in every draw" if row["difference"] else "0, as both are equal"
    return f"{difference} ({interval_text(row)}); P(model higher) = {100 * row['greater']:.1f} %"


def score_cell(study: Study, key: Key, absent: str, *, bold: bool = False, notes: tuple[str, ...] = ()) -> Cell:
    """Print a score with its interval; a dash with the reason where it is undefined or `absent`."""
    row, interval = study.scores.get(key), study.intervals.get(key)
    if row is None:
        return missing(absent)
    if isnan(row["value"]):
        return missing(undefined_words(row))
    keys = keys_in(*score_values(study, key).values())
    notes = (*notes, *_average_notes(study, key), *spread_notes(interval))
    return Cell(number(row["value"]), interval_text(interval), bold, notes, keys)


def _average_notes(study: Study, key: Key) -> tuple[str, ...]:
    """Return the footnote of an average over all grades that a grade without a reference disc lowers."""
    if key.metric not in _AVERAGED or key.grade is not None:
        return ()
    single = {grade: study.scores.get(key._replace(metric="sensitivity", grade=grade)) for grade in INTEGRAL}
    absent = [f"{grade:g}" for grade, row in single.items() if row is not None and isnan(row["value"])]
    if not absent:
        return ()
    grades, verb = (f"grades {', '.join(absent)}", "count") if absent[1:] else (f"grade {absent[0]}", "counts")
    where = " in at least one fold" if key.run.split == FOLD_MEAN else ""
    said = f"{grades}, which no reference disc has{where}, {verb} as 0"
    return (f"Average over all five grades, as in the paper: {said}.",)


def undefined_words(row: Row) -> str:
    """Say why a score is undefined."""
    return f"Undefined, {row['reason'] or 'no samples in one of the folds'}."


def score_values(study: Study, key: Key) -> dict[str, object]:
    """Return a score and its bounds in full precision, under headers such as mae, mae_lower and mae_upper."""
    return {
        key.metric: score_value(study, key, "value"),
        f"{key.metric}_lower": interval_value(study, key, "lower"),
        f"{key.metric}_upper": interval_value(study, key, "upper"),
    }


def score_value(study: Study, key: Key, field: str) -> Traced | None:
    """Return a field of a score's row, None if there is none."""
    row = study.scores.get(key)
    return Traced(row[field], (key.cell("scores", field),)) if row else None


def interval_value(study: Study, key: Key, field: str) -> Traced | None:
    """Return a field of the row of a score's interval, None if there is none."""
    row = study.intervals.get(key)
    return Traced(row[field], (key.cell(study.drawn, field),)) if row else None

"""Agreement of models with readings and with each other, with intervals that weigh patients."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np
import pandas as pd

from discgrade.grades import FRACTIONAL, rank
from discgrade.reliability.bootstrap.summaries import highest_density
from discgrade.reliability.bootstrap.weights import one_thread, unit_weights
from discgrade.reliability.labels.labelled import Integers, Labelled, codes
from discgrade.reliability.raters import Reading, reading_name
from discgrade.reliability.scores.confusion import Floats
from discgrade.reliability.scores.metrics import error_scores, kappa
from discgrade.reliability.scores.pairs import CELLS, GRADES, to_integral
from discgrade.settings.model import Intervals
from discgrade.settings.run import HOLDOUT, Run

PARTS = 10
"""Parts of the reading order."""
MONTH = 30
"""Days of a month."""
METRICS = ("kappa_linear", "mae", "bias")
FEWEST = 5
"""Fewest patients of a group for it to be scored."""

Scores = Callable[[Mapping[str, Floats]], Mapping[str, Floats]]
"""From confusion matrices (..., 13, 13) by name to scores (...)."""


@dataclass(frozen=True)
class Found:
    """A measure with its interval; NaN where there is none."""

    scope: str
    group: str
    metric: str
    value: float
    lower: float
    upper: float
    n: int
    patients: int


def agreement(labelled: Labelled, readings: pd.DataFrame, settings: Intervals) -> Iterator[Found]:
    """Yield agreement of model and reading over all discs, by reader, level, month, and tenth of the reading order.

    Args:
        labelled: Discs and scored samples.
        readings: Grades, index disc, one column a reading (`raters.read_readings`).
        settings: How intervals are drawn.
    """
    rows = labelled.samples.join(labelled.discs[["patient", "level", "day"]], on="disc")
    for scope, group, chosen in _groups(rows, readings):
        if chosen["patient"].nunique() >= FEWEST:
            yield from _scored(scope, group, chosen, settings)


def _groups(rows: pd.DataFrame, readings: pd.DataFrame) -> Iterator[tuple[str, str, pd.DataFrame]]:
    yield "all", "", rows
    for reading in _names(readings):
        grades = readings[reading].dropna()
        read = rows[rows["disc"].isin(grades.index)]
        yield "reader", reading_name(reading), read.assign(reference=grades[read["disc"]].to_numpy())
    for level, chosen in rows.groupby("level"):
        yield "level", str(level), chosen
    dated = rows[rows["day"].notna()]
    for month, chosen in dated.groupby((dated["day"] // MONTH).astype(int)):
        yield "month", str(month + 1), chosen
    for part, chosen in dated.groupby(_tenths(dated)):
        yield "order", str(part), chosen


def _names(readings: pd.DataFrame) -> list[Reading]:
    levels = (readings.columns.get_level_values(name) for name in ("rater", "reading"))
    return list(zip(*levels, strict=True))


def _tenths(dated: pd.DataFrame) -> pd.Series:
    """Number the parts of the reading order, from 1; the patients of a day follow each other by name."""
    first = dated.groupby("patient")["day"].min().reset_index().sort_values(["day", "patient"])
    part = pd.Series(np.arange(len(first)) * PARTS // max(1, len(first)) + 1, index=first["patient"])
    return dated["patient"].map(part)


def _scored(scope: str, group: str, rows: pd.DataFrame, settings: Intervals) -> Iterator[Found]:
    tables = {"": cells(rows["reference"], rows["predicted"], codes(rows["patient"]))}

    def scores(matrices: Mapping[str, Floats]) -> dict[str, Floats]:
        errors = error_scores(matrices[""], FRACTIONAL)
        return {"kappa_linear": kappa(to_integral(matrices[""])), "mae": errors["mae"], "bias": errors["bias"]}

    for metric, (value, lower, upper) in drawn(tables, scores, settings).items():
        yield Found(scope, group, metric, value, lower, upper, len(rows), rows["patient"].nunique())


def cells(reference: pd.Series, predicted: pd.Series, owner: Integers) -> Floats:
    """Return the confusion matrix of each patient, (P, 169)."""
    places = rank(reference) * GRADES + rank(predicted)
    patients = int(owner.max()) + 1
    return np.bincount(owner * CELLS + places, minlength=patients * CELLS).reshape(patients, CELLS).astype(float)


def drawn(tables: Mapping[str, Floats], scores: Scores, settings: Intervals) -> dict[str, tuple[float, float, float]]:
    """Return scores of confusion matrices with the bounds of their intervals.

    Args:
        tables: Confusion matrices of each patient by name, (P, 169) each, of the same patients.
        scores: What is drawn.
        settings: How intervals are drawn.
    """

    def scored(weights: Floats) -> Mapping[str, Floats]:
        return scores({name: (weights @ table).reshape(-1, GRADES, GRADES) for name, table in tables.items()})

    patients = len(next(iter(tables.values())))
    found = {name: float(value[0]) for name, value in scored(np.ones((1, patients))).items()}
    with one_thread():
        parts = [scored(weights) for weights in unit_weights(patients, None, settings.draws, settings.seed)]
    values = np.column_stack([np.concatenate([part[name] for part in parts]) for name in found])
    bounds = highest_density(values, settings.probability)
    return {
        name: (value, float(low), float(high)) for (name, value), (low, high) in zip(found.items(), bounds, strict=True)
    }


def model_pairs(
    graded: pd.DataFrame, trained: Sequence[str], discs: pd.DataFrame, main: Run, settings: Intervals
) -> Iterator[Found]:
    """Yield how models agree with each other, and with the readings, on the same discs.

    Args:
        graded: Rows of `scores.GRADED`.
        trained: The variants that are trained: an ensemble agrees with its members for no other reason.
        discs: The discs whose labels are judged, index disc, with their patient.
        main: The run whose resolution and training fraction count.
        settings: How intervals are drawn.
    """
    rows = graded[(graded["resolution"] == main.resolution) & (graded["share"] == main.share)]
    rows = rows[rows["variant"].isin(trained)]
    rows = rows[(rows["part"] == "test") & rows["disc"].isin(discs.index)]
    groups = rows.groupby(["variant", "split", "seed"])
    runs = {(str(v), str(split), int(seed)): one.set_index(["disc", "copy"]) for (v, split, seed), one in groups}  # type: ignore[call-overload]
    for kind, alike in _KINDS.items():
        joined = [_both(runs[one], runs[other]) for one, other in combinations(sorted(runs), 2) if alike(one, other)]
        pairs = [both for both in joined if len(both)]
        if pairs:
            yield from _compared(kind, pairs, discs, settings)


def _both(one: pd.DataFrame, other: pd.DataFrame) -> pd.DataFrame:
    others = other["predicted"].rename("predicted_other")
    return one[["reference", "predicted"]].join(others, how="inner").reset_index()


_Model = tuple[str, str, int]


def _other_seed(one: _Model, other: _Model) -> bool:
    return one[:2] == other[:2] and one[2] != other[2]


def _other_variant(one: _Model, other: _Model) -> bool:
    return one[1:] == other[1:] and one[0] != other[0]


def _other_part(one: _Model, other: _Model) -> bool:
    return (one[0], one[2]) == (other[0], other[2]) and HOLDOUT in (one[1], other[1]) and one[1] != other[1]


_KINDS: Mapping[str, Callable[[_Model, _Model], bool]] = {
    "seeds": _other_seed,
    "variants": _other_variant,
    "parts": _other_part,
}


def _compared(kind: str, pairs: Sequence[pd.DataFrame], discs: pd.DataFrame, settings: Intervals) -> Iterator[Found]:
    patients = sorted(set(discs["patient"][pd.concat(pairs)["disc"].unique()]))
    numbers = {patient: number for number, patient in enumerate(patients)}
    tables = {}
    for place, both in enumerate(pairs):
        owner = discs["patient"][both["disc"]].map(numbers).to_numpy(np.int64)
        sides = {"models": ("predicted", "predicted_other")}
        sides |= {"one": ("reference", "predicted"), "other": ("reference", "predicted_other")}
        for name, (row, column) in sides.items():
            table = cells(both[row], both[column], owner)
            tables[f"{name}-{place}"] = np.pad(table, [(0, len(patients) - len(table)), (0, 0)])
    for metric, (value, lower, upper) in drawn(tables, _pair_scores, settings).items():
        samples = sum(map(len, pairs))
        yield Found("models", kind, metric, value, lower, upper, samples, len(patients))


def _pair_scores(matrices: Mapping[str, Floats]) -> dict[str, Floats]:
    """Average linear kappa over pairs of models, NaN of no account: with each other, with the readings, and apart."""
    kappas = {name: kappa(to_integral(matrix)) for name, matrix in matrices.items()}
    models = _mean([value for name, value in kappas.items() if name.startswith("models")])
    readings = _mean([value for name, value in kappas.items() if not name.startswith("models")])
    return {"kappa_models": models, "kappa_readings": readings, "kappa_apart": models - readings}


def _mean(columns: Sequence[Floats]) -> Floats:
    return np.asarray(np.nanmean(np.stack(columns), axis=0))

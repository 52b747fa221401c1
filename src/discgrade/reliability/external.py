"""External validation: the same network on the test part and on the external cohort, by patient.

All scores are on the integral scale. What a monotone recalibration would give is told by patients left out of it: an
isotonic map from the expected grade to the reference grade (Barlow and Brunk, J Am Stat Assoc 1972;67:140-147), fitted
on n external patients drawn at random, again and again, and scored on the others.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn.isotonic import IsotonicRegression

from discgrade import keyed, records
from discgrade.grades import INTEGRAL, integral, nearest, rank
from discgrade.records.cohort.discs import DISCS
from discgrade.records.results.external import EXTERNAL
from discgrade.reliability.agreement.samples import AGE_GROUPS, FACTORS, LEVEL, age_groups
from discgrade.reliability.certainty.calibration import Calibration, calibrated, integral_probabilities
from discgrade.reliability.certainty.learned import read_learned
from discgrade.reliability.certainty.mapping import ranked_score
from discgrade.reliability.certainty.measures import calibration_error
from discgrade.reliability.confusion import Floats
from discgrade.reliability.credible import highest_density, unit_weights
from discgrade.reliability.graded import external_of, graded_outputs, read_discs, read_splits
from discgrade.reliability.metrics import error_scores, global_scores, per_grade_scores
from discgrade.reliability.out_of_fold import cuts_of_runs
from discgrade.reliability.plan import RunPlan
from discgrade.settings.model import Intervals
from discgrade.settings.run import EXTERNAL as COHORT

PARTS = ("test", COHORT)
SCORED = ("kappa_linear", "kappa_quadratic", "kappa_unweighted", "balanced_accuracy", "lin_ccc", "bias", "mae")
GROUPS = FACTORS
SIZES = (5, 10, 20, 40, 80, 160, 320)
"""Numbers of external patients that a recalibration is tried on."""
REPEATS = 40
"""How often patients are drawn for each number."""
FEWEST = 5
"""Fewest patients of a subgroup, and of those whom a recalibration is scored on."""
NO_COHORT = f"no disc is of the cohort {COHORT}"

_K = len(INTEGRAL)
_Ints = NDArray[np.int64]


@dataclass(frozen=True)
class Side:
    """Discs of one part.

    Attributes:
        reference: Rank of each reference grade on the integral scale, (N,).
        predicted: Rank of each predicted grade, (N,).
        expected: Expected grade, (N,).
        before: Integral probabilities, (N, 5); None of a continuous run.
        after: Those that the study's map makes of them; None without a map.
        patients: Patient of each disc, (N,).
        groups: What discs are told apart by, columns of `GROUPS`.
    """

    reference: _Ints
    predicted: _Ints
    expected: Floats
    before: Floats | None
    after: Floats | None
    patients: NDArray[np.object_]
    groups: pd.DataFrame

    def subset(self, chosen: NDArray[np.bool_]) -> "Side":
        """Return the chosen discs."""
        before = None if self.before is None else self.before[chosen]
        after = None if self.after is None else self.after[chosen]
        ranks = self.reference[chosen], self.predicted[chosen]
        return Side(*ranks, self.expected[chosen], before, after, self.patients[chosen], self.groups[chosen])


def score_external(
    *,
    predictions: Sequence[Path],
    external: Sequence[Path],
    runs: Sequence[RunPlan],
    reason: str,
    discs: Path,
    splits: Path,
    calibration: Path,
    headers: bool,
    intervals: Intervals,
    destination: Path,
) -> None:
    """Write what sets internal against external.

    Args:
        predictions: Prediction tables of the runs.
        external: What the first run predicts for the external cohort; empty without one.
        runs: The run on the hold-out split that is judged, then what its cuts are fitted on.
        reason: Why no run is judged; empty if one is.
        discs: `discs.parquet`.
        splits: `splits.parquet`.
        calibration: `calibration.json`.
        headers: Whether the scans' headers tell the truth: without it, no group is of scanners or people.
        intervals: How credible intervals are drawn.
        destination: Table to write, `external.EXTERNAL`; empty without an external cohort.
    """
    rows: list[dict[str, Any]] = []
    if not reason:
        table, parts = _with_people(read_discs(discs), discs), read_splits(splits)
        cuts = cuts_of_runs(predictions, runs, table, parts)
        outside = external_of(external, runs).get(runs[0].run)
        frame = graded_outputs(predictions[0], runs[0], table, parts, cuts.get(runs[0].run), external=outside)
        learned = read_learned(Calibration, calibration)
        found = {part: _side(frame[frame["part"] == part], table, runs[0], learned) for part in PARTS}
        if len(found[COHORT].reference):
            groups = GROUPS if headers else (LEVEL,)
            rows = [runs[0].run.wildcards | row for row in external_rows(found, groups, intervals)]
    records.write(rows, EXTERNAL, destination)


def _with_people(discs: pd.DataFrame, path: Path) -> pd.DataFrame:
    """Add the sex and the age group of each disc's patient."""
    people = records.read(path, DISCS, ["disc", "sex", "age"]).to_pandas().set_index("disc").loc[discs.index]
    return discs.assign(sex=people["sex"], age_group=age_groups(people["age"]))


def _side(frame: pd.DataFrame, discs: pd.DataFrame, plan: RunPlan, learned: Calibration | str) -> Side:
    known = discs.loc[frame["disc"]]
    before = after = None
    expected = frame["predicted"].to_numpy(float)
    if plan.scale != "continuous" and len(frame):
        outputs = np.array(frame["outputs"].tolist(), np.float64)
        before = integral_probabilities(outputs, plan.scale)
        expected = before @ np.asarray(INTEGRAL, float)
        after = calibrated(outputs, plan.scale, learned) if isinstance(learned, Calibration) else None
    groups = known[list(GROUPS)].reset_index(drop=True)
    return Side(
        reference=rank(integral(frame["reference"].to_numpy(float)), "integral"),
        predicted=rank(integral(frame["predicted"].to_numpy(float)), "integral"),
        expected=expected,
        before=before,
        after=after,
        patients=known["patient"].to_numpy(object),
        groups=groups,
    )


def external_rows(sides: dict[str, Side], groups: Sequence[str], intervals: Intervals) -> Iterator[dict[str, Any]]:
    """Yield every score of both parts, of their subgroups, and of recalibrations."""
    for part, side in sides.items():
        yield from _rows(side, part, "", intervals)
        for group in groups:
            values = side.groups[group].astype(object)
            for value in sorted(values.dropna().unique(), key=_place):
                chosen = (values == value).to_numpy()
                some = side.subset(chosen)
                if len(set(some.patients)) >= FEWEST:
                    word = f"{value:g}" if isinstance(value, float) else str(value)
                    yield from _rows(some, f"{part}/{group}", word, intervals, only=("kappa_linear", "bias"))
    yield from _curve(sides[COHORT], intervals)


def _place(value: object) -> tuple[int, str]:
    """Return what sorts the values of a group: ages as they follow, all others by their words."""
    return AGE_GROUPS.index(value) if value in AGE_GROUPS else 0, str(value)


def _rows(
    side: Side, scope: str, group: str, intervals: Intervals, only: Sequence[str] | None = None
) -> Iterator[dict[str, Any]]:
    """Yield the scores of some discs with intervals over their patients."""
    names, units = np.unique(side.patients.astype(str), return_inverse=True)
    columns = _columns(side)
    sums = np.stack([np.bincount(units, column, len(names)) for column in columns.T], axis=1)
    chunks = unit_weights(len(names), None, intervals.draws, intervals.seed)
    weighted = np.concatenate([weights @ sums for weights in chunks])
    observed, drawn = _scores(sums.sum(axis=0)[None], side), _scores(weighted, side)
    plain = {
        "scope": scope, "group": group, "n": len(side.reference), "patients": len(names), "unit": "patient",
        "units": len(names), "draws": intervals.draws, "bootstrap_seed": intervals.seed,
        "probability": intervals.probability,
    }  # fmt: skip
    for (metric, grade), values in observed.items():
        if only is not None and metric not in only:
            continue
        bounds = drawn[metric, grade]
        value = float(values[0])
        known = np.isfinite(bounds).all() and np.isfinite(value)
        low, high = highest_density(bounds[:, None], intervals.probability)[0] if known else (np.nan, np.nan)
        reason = None if np.isfinite(value) else "one grade only"
        yield plain | {
            "grade": grade, "metric": metric, "value": value, "lower": float(low), "upper": float(high),
            "reason": reason,
        }  # fmt: skip
    if only is None and side.before is not None:
        for when, known_as in (("before", side.before), ("after", side.after)):
            if known_as is not None:
                error = calibration_error(known_as.max(axis=1), known_as.argmax(axis=1) == side.reference)
                nan = float("nan")
                yield plain | {
                    "grade": None, "metric": f"ece_{when}", "value": float(error), "lower": nan, "upper": nan,
                    "reason": None,
                }  # fmt: skip


def _columns(side: Side) -> Floats:
    """Return what is summed over discs, (N, columns): the cell of the confusion matrix, ranked scores, 1."""
    cells = np.eye(_K * _K)[side.reference * _K + side.predicted]
    scores = [ranked_score(values, side.reference) for values in (side.before, side.after) if values is not None]
    return np.column_stack([cells, *scores, np.ones(len(side.reference))])


def _scores(sums: Floats, side: Side) -> dict[tuple[str, float | None], Floats]:
    """Return scores by metric and grade, each (draws,), of weighted sums (draws, columns)."""
    matrix = sums[:, : _K * _K].reshape(-1, _K, _K)
    total = matrix.sum(axis=(1, 2))
    values = np.asarray(INTEGRAL, float)
    found: dict[tuple[str, float | None], Floats] = {}
    for place, grade in enumerate(values):
        found["prevalence", float(grade)] = matrix.sum(axis=2)[:, place] / total
        found["predicted", float(grade)] = matrix.sum(axis=1)[:, place] / total
    scores = global_scores(matrix, values) | error_scores(matrix, values)
    scores["balanced_accuracy"] = np.nanmean(per_grade_scores(matrix)["sensitivity"], axis=-1)
    found |= {(name, None): scores[name] for name in SCORED}
    times = [when for when, known in (("before", side.before), ("after", side.after)) if known is not None]
    for place, when in enumerate(times):
        found[f"rps_{when}", None] = sums[:, _K * _K + place] / sums[:, -1]
    return found


def _curve(side: Side, intervals: Intervals) -> Iterator[dict[str, Any]]:
    """Yield what recalibrations on more and more external patients give on the others; 0 patients: none."""
    patients = sorted(set(side.patients))
    for size in (0, *SIZES):
        if len(patients) - size < FEWEST:
            break
        found = [_recalibrated(side, patients, size, again) for again in range(REPEATS if size else 1)]
        for metric in ("kappa_linear", "mae", "bias"):
            values = np.array([one[metric] for one in found])
            known = values[np.isfinite(values)]
            tail = (1 - intervals.probability) / 2
            low, high = np.quantile(known, (tail, 1 - tail)) if len(known) else (np.nan, np.nan)
            yield {
                "scope": "recalibrated", "group": str(size), "grade": None, "metric": metric,
                "value": float(np.median(known)) if len(known) else float("nan"), "lower": float(low),
                "upper": float(high), "n": len(side.reference), "patients": len(patients) - size,
                "reason": None if len(known) else "one grade only", "unit": "patient", "units": len(patients),
                "draws": len(found), "bootstrap_seed": intervals.seed, "probability": intervals.probability,
            }  # fmt: skip


def _recalibrated(side: Side, patients: Sequence[str], size: int, again: int) -> dict[str, float]:
    """Fit a rising map on `size` patients and score it on the others."""
    ordered = sorted(patients, key=lambda patient: keyed.digest("recalibration", size, again, patient))
    fitted = np.isin(side.patients.astype(str), ordered[:size])
    predicted = side.predicted[~fitted]
    if size:
        values = np.asarray(INTEGRAL, float)
        rising = IsotonicRegression(out_of_bounds="clip").fit(side.expected[fitted], values[side.reference[fitted]])
        predicted = rank(nearest(rising.predict(side.expected[~fitted]), INTEGRAL), "integral")
    cells = side.reference[~fitted] * _K + predicted
    matrix = np.bincount(cells, minlength=_K * _K).reshape(_K, _K).astype(float)
    scores: dict[str, Any] = global_scores(matrix) | error_scores(matrix, np.asarray(INTEGRAL, float))
    return {name: float(scores[name]) for name in ("kappa_linear", "mae", "bias")}

"""Scores of the discs of one part, with intervals over their patients."""

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from discgrade.grades import INTEGRAL
from discgrade.reliability.bootstrap.summaries import highest_density
from discgrade.reliability.bootstrap.weights import unit_weights
from discgrade.reliability.certainty.mapping import ranked_score
from discgrade.reliability.certainty.measures import calibration_error
from discgrade.reliability.external.sides import K, Side
from discgrade.reliability.scores.confusion import Floats
from discgrade.reliability.scores.metrics import error_scores, global_scores, per_grade_scores
from discgrade.settings.model import Intervals

SCORED = ("kappa_linear", "kappa_quadratic", "kappa_unweighted", "balanced_accuracy", "lin_ccc", "bias", "mae")


def scored_rows(
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
    cells = np.eye(K * K)[side.reference * K + side.predicted]
    scores = [ranked_score(values, side.reference) for values in (side.before, side.after) if values is not None]
    return np.column_stack([cells, *scores, np.ones(len(side.reference))])


def _scores(sums: Floats, side: Side) -> dict[tuple[str, float | None], Floats]:
    """Return scores by metric and grade, each (draws,), of weighted sums (draws, columns)."""
    matrix = sums[:, : K * K].reshape(-1, K, K)
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
        found[f"rps_{when}", None] = sums[:, K * K + place] / sums[:, -1]
    return found

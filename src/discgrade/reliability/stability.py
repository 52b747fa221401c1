"""How well a model agrees with itself when a region is moved a little: test-retest agreement, as of raters."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from discgrade import records
from discgrade.grades import INTEGRAL, rank
from discgrade.records.results.stability import MOVED, STABILITY
from discgrade.reliability.bootstrap.draws import Bootstrap, score_draws
from discgrade.reliability.bootstrap.summaries import highest_density
from discgrade.reliability.comparison import drawn
from discgrade.reliability.scores.metrics import why_undefined
from discgrade.reliability.scores.pairs import Pairs, to_integral
from discgrade.reliability.scores.tabulation import is_fold
from discgrade.settings.model import Intervals
from discgrade.settings.run import ALL_SEEDS, FOLDS, Run

SLICE = "slice"
BOX = "box"


def measure_stability(*, moved: Path, intervals: Intervals, stability: Path) -> None:
    """Score the grades of moved regions against those of the regions as drawn.

    All runs, moves and discs are pooled; intervals weigh patients.

    Args:
        moved: `stability.MOVED`.
        intervals: How credible intervals are drawn.
        stability: Table to write, `stability.STABILITY`.
    """
    rows: pd.DataFrame = records.read(moved, MOVED).to_pandas()
    bootstrap = Bootstrap("patient", intervals.draws, intervals.seed, intervals.probability)
    kinds = rows["move"].str.startswith(SLICE).map({True: SLICE, False: BOX})
    found: list[dict[str, Any]] = []
    for kind in (BOX, SLICE):
        of_kind = rows[kinds == kind]
        for move in ("", *of_kind["move"].unique()):
            chosen = of_kind if not move else of_kind[of_kind["move"] == move]
            if len(chosen):
                found += _scored(chosen, {"scope": kind, "group": move}, bootstrap)
    records.write(found, STABILITY, stability)


def _scored(rows: pd.DataFrame, scope: dict[str, str], bootstrap: Bootstrap) -> Iterator[dict[str, Any]]:
    """Yield the global scores of pairs of grades, with their intervals."""
    pairs = _pairs(rows)
    (draws,) = score_draws([pairs], bootstrap)
    bounds = highest_density(draws.values, bootstrap.probability)
    matrix = to_integral(pairs.matrix)
    for place, (metric, grade) in enumerate(draws.columns):
        if grade is None:
            value = float(draws.observed[place])
            yield {
                **_run(rows).wildcards,
                **scope,
                **{"grade": None, "metric": metric, "value": value, "n": len(pairs), "patients": draws.units},
                "reason": why_undefined(matrix, INTEGRAL, metric) if np.isnan(value) else None,
                **{"lower": bounds[place, 0], "upper": bounds[place, 1]},
                **drawn(draws, bootstrap),
            }


def _pairs(rows: pd.DataFrame) -> Pairs:
    return Pairs(
        reference=rank(rows["before"]),
        predicted=rank(rows["after"]),
        disc=rows["disc"].to_numpy(object),
        patient=rows["patient"].to_numpy(object),
        detail="integral" if rows["scale"].iloc[0] == "integral" else "fractional",
    )


def _run(rows: pd.DataFrame) -> Run:
    """Return the run that stands for all folds, or for the hold-out split, and for all seeds."""
    first = rows.iloc[0]
    run = Run(first["variant"], int(first["resolution"]), int(first["share"]), first["split"], ALL_SEEDS)
    return replace(run, split=FOLDS) if is_fold(run.split) else run

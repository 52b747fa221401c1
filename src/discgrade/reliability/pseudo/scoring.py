"""What labels are worth: the same network taught by each kind of them, scored out of fold against human readings.

All are scored on the same discs, each by the network of the fold that never learned its patient, and differences are
paired: a patient has the same weight for every network in a draw. What scoring on the labels that models learn would
add to kappa, which Niemeyer et al. 2021 did for 22 % of their discs, is told next to it.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from discgrade import records
from discgrade.grades import rank
from discgrade.records.results.pseudo_labels import PSEUDO_SCORES
from discgrade.reliability.bootstrap.draws import Bootstrap, Draws, score_draws
from discgrade.reliability.bootstrap.summaries import difference, highest_density
from discgrade.reliability.comparison import drawn
from discgrade.reliability.graded import grade_run, read_discs, read_splits
from discgrade.reliability.plan import RunPlan
from discgrade.reliability.pseudo.labelling import HUMAN, REVIEWED, read_labels
from discgrade.reliability.scores.pairs import Column, Detail, Pairs, detail_of
from discgrade.settings.model import Intervals
from discgrade.settings.run import EXTERNAL, FOLDS, Run

WHOLE: tuple[str, ...] = ("kappa_linear", "accuracy", "lin_ccc")
OF_GRADE: tuple[str, ...] = ("f1", "sensitivity", "precision")
EXTREMES = (1.0, 5.0)
_COLUMNS: tuple[Column, ...] = (
    *((metric, None) for metric in WHOLE),
    *((metric, grade) for metric in OF_GRADE for grade in EXTREMES),
)
_NAN = float("nan")


@dataclass(frozen=True)
class Arm:
    """A variant's out-of-fold predictions, sorted by disc and copy.

    Attributes:
        run: What stands for all its folds.
        pairs: Human readings and predictions.
        merged: Ranks of the labels that models of the fold learn, (n,).
        own: Which of these began as a model's, (n,).
    """

    run: Run
    pairs: Pairs
    merged: NDArray[np.int64]
    own: NDArray[np.bool_]


def score_pseudo_labels(
    *,
    predictions: Sequence[Path],
    runs: Sequence[RunPlan],
    labels: Sequence[Path],
    teachers: Sequence[Run],
    discs: Path,
    splits: Path,
    cohort: str,
    intervals: Intervals,
    destination: Path,
) -> None:
    """Write what labels are worth.

    Args:
        predictions: Prediction tables of `runs`.
        runs: The compared variants in every fold, the one without the cohort first; none without folds.
        labels: The splits' labels after review, in the order of `teachers`.
        teachers: The runs that gave them.
        discs: `discs.parquet`.
        splits: `splits.parquet`.
        cohort: The cohort that is labelled.
        intervals: How credible intervals are drawn; patients are weighed.
        destination: Table to write, `pseudo_labels.PSEUDO_SCORES`.
    """
    known, parts = read_discs(discs), read_splits(splits)
    merged = {one["split"].iloc[0]: one for one in map(read_labels, labels)}
    bootstrap = Bootstrap("patient", intervals.draws, intervals.seed, intervals.probability)
    rows = [row for teacher in teachers for row in label_rows(teacher, merged[teacher.split], bootstrap)]
    if runs:
        frames: dict[str, list[pd.DataFrame]] = {}
        for path, plan in zip(predictions, runs, strict=True):
            frame = grade_run(path, plan, known, parts)
            frames.setdefault(plan.run.variant, []).append(_with_labels(frame, known, merged[plan.run.split]))
        found = [_arm(pd.concat(some, ignore_index=True), known) for some in frames.values()]
        rows = [*arm_rows(found, known, cohort, bootstrap), *rows]
    records.write(rows, PSEUDO_SCORES, destination)


def _with_labels(frame: pd.DataFrame, discs: pd.DataFrame, labels: pd.DataFrame) -> pd.DataFrame:
    """Return scored samples of a fold, but those of other cohorts' non-human labels, with the labels of its models."""
    frame = frame[(frame["part"] == "test") & (discs["origin"].loc[frame["disc"]] == HUMAN).to_numpy()]
    learned = labels.reindex(frame["disc"])
    grade = learned["grade"].to_numpy(float)
    return frame.assign(
        merged=np.where(np.isnan(grade), frame["reference"], grade), own=learned["origin"].notna().to_numpy()
    )


def _arm(frame: pd.DataFrame, discs: pd.DataFrame) -> Arm:
    frame = frame.sort_values(["disc", "copy"], ignore_index=True)
    first = frame.iloc[0]
    run = Run(first["variant"], int(first["resolution"]), int(first["share"]), FOLDS, int(first["seed"]))
    read = discs.loc[discs["cohort"] != EXTERNAL, "grade"].to_numpy()
    detail: Detail = detail_of(read, first["scale"])
    known = discs.loc[frame["disc"]]
    pairs = Pairs(
        reference=rank(frame["reference"]),
        predicted=rank(frame["predicted"]),
        disc=frame["disc"].to_numpy(object),
        patient=known["patient"].to_numpy(object),
        detail=detail,
    )
    return Arm(run, pairs, rank(frame["merged"]), frame["own"].to_numpy(bool))


def arm_rows(arms: Sequence[Arm], discs: pd.DataFrame, cohort: str, bootstrap: Bootstrap) -> Iterator[dict[str, Any]]:
    """Yield the scores of all variants and their differences to the first, and what scoring on merged labels adds."""
    of_cohort = (discs["cohort"].loc[list(arms[0].pairs.disc)] == cohort).to_numpy()
    for scope, chosen in {"all": np.ones_like(of_cohort), "cohort": of_cohort, "others": ~of_cohort}.items():
        if chosen.any():
            some = {arm.run: arm.pairs.subset(chosen) for arm in arms}
            draws = dict(zip(some, score_draws(list(some.values()), bootstrap), strict=True))
            for run, own in draws.items():
                yield from _rows(run, scope, some[run], own, bootstrap)
                if run != arms[0].run:
                    first = arms[0].run.variant
                    yield from _gains(run, (scope, first), some[run], (own, draws[arms[0].run]), bootstrap)
    for arm in arms:
        told = replace(arm.pairs, reference=arm.merged)
        merged, human = score_draws([told, arm.pairs], bootstrap)
        yield from _rows(arm.run, "merged", told, merged, bootstrap)
        yield from _gains(arm.run, ("merged", HUMAN), told, (merged, human), bootstrap)
        counted = _place(arm.run, "merged", "", arm.pairs) | drawn(merged, bootstrap)
        yield counted | _value("own", float(arm.own.mean()))


def _rows(run: Run, scope: str, pairs: Pairs, draws: Draws, bootstrap: Bootstrap) -> Iterator[dict[str, Any]]:
    columns = [column for column in _COLUMNS if column in draws.columns]
    places = [draws.columns.index(column) for column in columns]
    bounds = highest_density(draws.values[:, places], bootstrap.probability)
    for column, place, bound in zip(columns, places, bounds, strict=True):
        yield _place(run, scope, "", pairs) | drawn(draws, bootstrap) | _bounded(column, draws.observed[place], bound)


def _gains(
    run: Run, where: tuple[str, str], pairs: Pairs, both: tuple[Draws, Draws], bootstrap: Bootstrap
) -> Iterator[dict[str, Any]]:
    """Yield how far one score of the same discs is above another, draw by draw."""
    one, other = both
    columns = [column for column in _COLUMNS if column in one.columns and column in other.columns]
    mine, theirs = ([draws.columns.index(column) for column in columns] for draws in (one, other))
    apart = difference(one.values[:, mine], other.values[:, theirs])
    observed = difference(one.observed[mine], other.observed[theirs])
    bounds = highest_density(apart, bootstrap.probability)
    for column, value, bound in zip(columns, observed, bounds, strict=True):
        yield _place(run, *where, pairs) | drawn(one, bootstrap) | _bounded(column, value, bound)


def label_rows(teacher: Run, labels: pd.DataFrame, bootstrap: Bootstrap) -> Iterator[dict[str, Any]]:
    """Yield how many labels a teacher gave, how many were reviewed, and how well pseudo-label and reading agree."""
    read = labels[labels["reading"].notna()]
    count = int((labels["origin"] == REVIEWED).sum())
    place = {"scope": "labels", "group": "", "n": len(labels), "patients": labels["patient"].nunique()}
    counted = {
        "probability": bootstrap.probability, "unit": bootstrap.unit, "units": place["patients"],
        "draws": bootstrap.draws, "bootstrap_seed": bootstrap.seed,
    }  # fmt: skip
    told = teacher.wildcards | place | counted
    yield told | _value("labelled", float(len(labels)))
    yield told | _value("reviewed", float(count))
    yield told | _value("reviewed_share", count / len(labels))
    if read.empty:
        yield told | _value("kappa_linear", _NAN, "nobody read these discs")
        return
    ranks = rank(read["reading"]), rank(read["pseudo"])
    pairs = Pairs(*ranks, read.index.to_numpy(object), read["patient"].to_numpy(object), "fractional")
    (draws,) = score_draws([pairs], bootstrap)
    yield from (row for row in _rows(teacher, "labels", pairs, draws, bootstrap) if row["grade"] is None)


def _place(run: Run, scope: str, group: str, pairs: Pairs) -> dict[str, Any]:
    return run.wildcards | {"scope": scope, "group": group, "n": len(pairs), "patients": len(set(pairs.patient))}


def _value(metric: str, value: float, reason: str | None = None) -> dict[str, Any]:
    return {"grade": None, "metric": metric, "value": value, "lower": _NAN, "upper": _NAN, "reason": reason}


def _bounded(column: Column, value: float, bound: NDArray[np.float64]) -> dict[str, Any]:
    metric, grade = column
    reason = None if np.isfinite(value) else "no such grade among these discs, or one grade alone"
    return {
        "grade": grade, "metric": metric, "value": float(value), "lower": float(bound[0]), "upper": float(bound[1]),
        "reason": reason,
    }  # fmt: skip

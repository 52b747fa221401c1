"""How good a bundle is: scores of the study, and on what they were obtained."""

from collections.abc import Iterator
from math import isnan
from pathlib import Path
from typing import Any

import pyarrow.compute as pc

from discgrade import records
from discgrade.grading.bundle.facts import METRICS, ScoreFact
from discgrade.grading.bundle.plan import Plan
from discgrade.records.results.intervals import INTERVALS
from discgrade.records.results.scores import SCORES
from discgrade.settings.run import ALL_SEEDS, EXTERNAL, FOLDS, HOLDOUT, READINGS, Run

CEILING = "noise_ceiling"
"""The variant under which the noise ceiling stands in the tables of scores."""


def bundle_scores(scores: Path, intervals: Path, plan: Plan) -> tuple[ScoreFact, ...]:
    """Return the scores of what the bundle is made of; of the mean of the folds' networks there is none.

    Args:
        scores: Table of scores.
        intervals: Table of intervals.
        plan: Whose networks the bundle holds.
    """
    split = FOLDS if plan.members == "folds" else HOLDOUT
    run = Run(plan.variant, plan.images.resolution, 1, split, ALL_SEEDS)
    found = list(_facts(scores, intervals, run, how(plan)))
    if plan.members == "holdout":
        found += _facts(scores, intervals, run, "another cohort, none of whose patients was trained on", EXTERNAL)
    return tuple(found)


def noise_ceiling(scores: Path, intervals: Path) -> tuple[ScoreFact, ...]:
    """Return what a model that knew every disc's true grade would score against single readings."""
    how = "of a model that knew the true grades, against single readings: from discs that the main rater read twice"
    return tuple(_facts(scores, intervals, Run(CEILING, 0, 1, READINGS, ALL_SEEDS), how))


def how(plan: Plan) -> str:
    """Say on what the scores of a bundle were obtained."""
    return _whose(plan) + _seen(plan)


def _whose(plan: Plan) -> str:
    folds = len({run.split for run in plan.runs})
    if plan.members == "holdout":
        return "hold-out test set: patients that nothing in the bundle was trained on"
    each, seeds = len(plan.runs) // folds, len({run.seed for run in plan.runs})
    who, by = "single members", "the one network"
    if seeds > 1:
        who = f"single members, the mean of the scores of {seeds} seeds"
    if plan.ensemble and each > 1:
        who, by = f"{each} members at a time", f"the mean of the {each} networks"
    return (
        f"out-of-fold predictions of {who}, {folds} folds pooled: each disc graded by {by} that had not seen its "
        "patient; the mean of all networks, which the bundle gives, is not scored"
    )


def _seen(plan: Plan) -> str:
    """Say how the scored discs were seen, where the bundle sees discs another way."""
    scored = plan.augmentation.copies + 1
    if plan.protocol.score == "augmented":
        return "; scored on augmented copies of each disc, while the bundle sees it as read"
    if plan.protocol.score == "averaged" and plan.settings.views and plan.settings.views < scored:
        return f"; scored with {scored} views of each disc, while the bundle averages {plan.settings.views}"
    return ""


def _facts(scores: Path, intervals: Path, run: Run, how: str, cohort: str = "") -> Iterator[ScoreFact]:
    """Yield the scores of a run, of all discs or of a cohort's."""
    chosen = (pc.field("scope") == ("cohort" if cohort else "all")) & (pc.field("group") == cohort)
    for name, value in run.wildcards.items():
        chosen &= pc.field(name) == value
    values = {row["metric"]: row for row in _rows(records.read(scores, SCORES, filters=chosen))}
    spans = {row["metric"]: row for row in _rows(records.read(intervals, INTERVALS, filters=chosen))}
    for metric in METRICS:
        if metric not in values or metric not in spans:
            continue
        span, score = spans[metric], values[metric]
        if not any(map(isnan, (score["value"], span["lower"], span["upper"]))):
            bounds = span["lower"], span["upper"], span["probability"]
            yield ScoreFact(metric, score["value"], *bounds, score["n"], how)


def _rows(table: Any) -> list[dict[str, Any]]:  # noqa: ANN401 - a pyarrow table
    return [row for row in table.to_pylist() if row["grade"] is None]

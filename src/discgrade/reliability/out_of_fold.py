"""Cuts for every run that is decoded by them, each fitted without the discs that the run is scored on."""

import logging
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import numpy as np
import pandas as pd

from discgrade.grades import integral, rank
from discgrade.reliability.graded import scored_outputs
from discgrade.reliability.plan import RunPlan
from discgrade.reliability.scores.cuts import fit_cuts
from discgrade.reliability.scores.tabulation import is_fold
from discgrade.settings.run import EXTERNAL, HOLDOUT, Run

log = logging.getLogger(__name__)

Cuts = Mapping[Run, tuple[float, ...]]


def cuts_of_runs(
    predictions: Sequence[Path], plans: Sequence[RunPlan], discs: pd.DataFrame, splits: pd.DataFrame
) -> Cuts:
    """Fit the cuts of every run whose decoding is `cuts`.

    They are fitted on what the runs of the same variant and seed predicted in the folds for patients outside their
    training; of these, the patients that the run itself is scored on are left out. So a fold is decoded by what the
    other folds teach, the hold-out split by the folds' patients that are not in its test part.

    Args:
        predictions: The runs' prediction tables, in the order of `plans`.
        plans: The runs.
        discs: As `graded.read_discs` returns.
        splits: As `graded.read_splits` returns.

    Returns:
        The cuts of these runs, one fewer than grades of the scale.

    Raises:
        ValueError: if no fold predicted any other patient.
    """
    by_model: dict[tuple[str, int], list[tuple[Path, RunPlan]]] = {}
    for path, plan in zip(predictions, plans, strict=True):
        if plan.decoding == "cuts":
            by_model.setdefault((plan.run.variant, plan.run.seed), []).append((path, plan))
    return dict(found for runs in by_model.values() for found in _cuts_of_model(runs, discs, splits))


def _cuts_of_model(
    runs: Sequence[tuple[Path, RunPlan]], discs: pd.DataFrame, splits: pd.DataFrame
) -> Iterator[tuple[Run, tuple[float, ...]]]:
    """Yield the cuts of the runs of one variant and seed."""
    folds = [scored_outputs(path, plan) for path, plan in runs if is_fold(plan.run.split)]
    if not folds:
        raise ValueError(f"{runs[0][1].run.variant}: decoding by cuts needs runs in folds. Name it in grid.folds")
    frame = pd.concat([frame for frame, _ in folds], ignore_index=True)
    outputs = np.concatenate([values for _, values in folds])
    scale = runs[0][1].scale
    known = discs.loc[frame["disc"]]
    grades = known["grade"].to_numpy()
    ranks = rank(integral(grades) if scale == "integral" else grades, scale)
    for _, plan in runs:
        fitted = (frame["part"] == "test").to_numpy() & ~known["patient"].isin(_scored_on(plan.run, splits)).to_numpy()
        if not fitted.any():
            raise ValueError(f"{plan.run.path}: no fold predicts a patient that this run is not scored on")
        cuts = fit_cuts(outputs[fitted], ranks[fitted])
        count = frame["disc"][fitted].nunique()
        log.info("%s: cuts %s, of %d discs", plan.run.path, ", ".join(f"{cut:.3f}" for cut in cuts), count)
        yield plan.run, cuts


def _scored_on(run: Run, splits: pd.DataFrame) -> pd.Series:
    """Return the patients that a run is scored on."""
    parts = ["test", EXTERNAL] if run.split == HOLDOUT else ["test"]
    chosen: pd.Series = splits.loc[(splits["split"] == run.split) & splits["part"].isin(parts), "patient"]
    return chosen

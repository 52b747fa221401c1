"""Learn from out-of-fold outputs how sure the variant of the bundle is, and measure what that is worth.

Measured is what was learned without the disc's fold: map and thresholds of each fold come from the patients of the
others. What a new disc gets was learned from all folds.
"""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd

from discgrade import records
from discgrade.grades import integral, rank
from discgrade.records.results.certainty import CERTAINTY
from discgrade.reliability.certainty.calibration import (
    calibrated,
    integral_probabilities,
    prediction_sets,
)
from discgrade.reliability.certainty.learned import write_learned
from discgrade.reliability.certainty.mapping import Outputs, learn
from discgrade.reliability.certainty.measures import CrossFitted, OutOfFold, certainty_rows
from discgrade.reliability.graded import graded_outputs, read_discs, read_splits
from discgrade.reliability.out_of_fold import cuts_of_runs
from discgrade.reliability.plan import RunPlan
from discgrade.reliability.scores.cuts import fit_cuts
from discgrade.settings.model import Intervals
from discgrade.settings.run import ALL_SEEDS, FOLDS


def learn_certainty(
    *,
    predictions: Sequence[Path],
    runs: Sequence[RunPlan],
    reason: str,
    discs: Path,
    splits: Path,
    coverage: float,
    intervals: Intervals,
    calibration: Path,
    certainty: Path,
) -> None:
    """Learn map and thresholds from out-of-fold outputs, and measure them across folds.

    Args:
        predictions: Prediction tables of one variant in every fold, from every seed, in the order of `runs`.
        runs: These runs.
        reason: Why there is nothing to learn from; empty if there is.
        discs: `discs.parquet`.
        splits: `splits.parquet`.
        coverage: Probability with which a set should hold the reference grade.
        intervals: How credible intervals are drawn.
        calibration: Destination of what was learned, `calibration.json`.
        certainty: Destination of the measures, `certainty.CERTAINTY`.
    """
    if reason:
        write_learned(reason, calibration)
        records.write([], CERTAINTY, certainty)
        return
    found = read_out_of_fold(predictions, runs, read_discs(discs), read_splits(splits))
    learned = replace(learn(found.outputs, coverage), cuts=_cuts(found) if runs[0].decoding == "cuts" else None)
    write_learned(learned, calibration)
    run = replace(runs[0].run, split=FOLDS, seed=ALL_SEEDS).wildcards
    rows = certainty_rows(found, cross_fit(found, coverage), learned, intervals)
    records.write([run | row for row in rows], CERTAINTY, certainty)


def read_out_of_fold(
    predictions: Sequence[Path], runs: Sequence[RunPlan], discs: pd.DataFrame, splits: pd.DataFrame
) -> OutOfFold:
    """Read the outputs of a variant's runs in every fold, as its protocol scores them."""
    cuts = cuts_of_runs(predictions, runs, discs, splits)
    frames = [
        graded_outputs(path, plan, discs, splits, cuts.get(plan.run)).assign(fold=plan.run.split)
        for path, plan in zip(predictions, runs, strict=True)
    ]
    rows = pd.concat(frames, ignore_index=True)
    return OutOfFold(
        outputs=Outputs(
            probabilities=np.stack(rows["outputs"].to_list()),
            scale=runs[0].scale,
            grades=rank(integral(rows["reference"]), "integral"),
            patients=discs["patient"][rows["disc"]].to_numpy(object),
        ),
        folds=rows["fold"].to_numpy(object),
        reference=rows["reference"].to_numpy(),
        predicted=rows["predicted"].to_numpy(),
    )


def _cuts(found: OutOfFold) -> tuple[float, ...]:
    """Return what decoding by cuts decodes a new disc by: the cuts that all folds teach."""
    scale = found.outputs.scale
    grades = integral(found.reference) if scale == "integral" else found.reference
    return fit_cuts(found.outputs.probabilities, rank(grades, scale))


def cross_fit(found: OutOfFold, coverage: float) -> CrossFitted:
    """Apply to the discs of each fold what was learned from the patients of the others."""
    outputs = found.outputs
    before = integral_probabilities(outputs.probabilities, outputs.scale)
    after, sets, unbounded = before.copy(), np.ones(before.shape, bool), np.ones(before.shape, bool)
    for fold in np.unique(found.folds):
        chosen = found.folds == fold
        learned = learn(outputs.subset(~chosen), coverage)
        after[chosen] = calibrated(outputs.probabilities[chosen], outputs.scale, learned)
        sets[chosen] = prediction_sets(after[chosen], learned.thresholds)
        unbounded[chosen] = [threshold is None for threshold in learned.thresholds]
    return CrossFitted(before, after, sets, unbounded)

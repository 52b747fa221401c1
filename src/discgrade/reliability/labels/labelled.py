"""What models that were not trained on a disc say of it, next to the grade that a rater gave it."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from discgrade import records
from discgrade.grades import grades_of
from discgrade.records.cohort.readings import RATINGS
from discgrade.reliability.certainty.calibration import integral_probabilities
from discgrade.reliability.graded import graded_outputs
from discgrade.reliability.out_of_fold import cuts_of_runs
from discgrade.reliability.plan import RunPlan
from discgrade.reliability.scores.confusion import Floats
from discgrade.settings.groups.cohort import Reference

HUMAN = "human"
"""Origin of the labels that a rater gave with no model in view: only these are judged."""

Integers = NDArray[np.int64]


@dataclass(frozen=True)
class Labelled:
    """Discs with their labels and what the models of a variant expected, each out of fold.

    Attributes:
        discs: One row a disc, index disc, sorted: patient, level, cohort, origin, grade (reference), expected (mean of
            the models' probabilities, in grades) and day (of the reference reading, counted from the rater's first;
            NaN if unknown).
        probabilities: Of the integral grades, mean over seeds and scored copies, (N, 5).
        samples: One row a scored sample: disc, reference and predicted grade.
    """

    discs: pd.DataFrame
    probabilities: Floats
    samples: pd.DataFrame

    def of_origin(self, origin: str = HUMAN) -> "Labelled":
        """Return the discs whose label has an origin."""
        chosen = (self.discs["origin"] == origin).to_numpy()
        kept = self.discs[chosen]
        samples = self.samples[self.samples["disc"].isin(kept.index)].reset_index(drop=True)
        return Labelled(kept, self.probabilities[chosen], samples)

    @property
    def owner(self) -> Integers:
        """Number of each disc's patient, (N,)."""
        return codes(self.discs["patient"])


def codes(values: pd.Series) -> Integers:
    """Number the values of a column from 0, in their order."""
    return np.unique(values.to_numpy(str), return_inverse=True)[1]


def read_labelled(
    predictions: Sequence[Path],
    runs: Sequence[RunPlan],
    *,
    discs: pd.DataFrame,
    splits: pd.DataFrame,
    ratings: Path,
    reference: Reference,
) -> Labelled:
    """Read what a variant's runs in every fold put out for the patients that they did not see.

    Args:
        predictions: Their prediction tables, in the order of `runs`.
        runs: One variant in every fold, from every seed.
        discs: As `graded.read_discs` returns.
        splits: As `graded.read_splits` returns.
        ratings: `ratings.parquet`.
        reference: Which reading is the reference.
    """
    cuts = cuts_of_runs(predictions, runs, discs, splits)
    frames = [
        graded_outputs(path, plan, discs, splits, cuts.get(plan.run))
        for path, plan in zip(predictions, runs, strict=True)
    ]
    rows = pd.concat(frames, ignore_index=True)
    names, place = np.unique(rows["disc"].to_numpy(str), return_inverse=True)
    sums = np.zeros((len(names), len(rows["outputs"].iloc[0])))
    np.add.at(sums, place, np.stack(rows["outputs"].to_list()))
    shares = sums / sums.sum(axis=1, keepdims=True)
    scale = runs[0].scale
    known = discs.loc[names, ["patient", "level", "cohort", "origin", "grade"]]
    known = known.assign(expected=shares @ grades_of(scale), day=_days(ratings, reference).reindex(names).to_numpy())
    return Labelled(known, integral_probabilities(shares, scale), rows[["disc", "reference", "predicted"]])


def _days(ratings: Path, reference: Reference) -> pd.Series:
    """Return the day of the reference reading by disc."""
    rows = records.read(ratings, RATINGS, ["disc", "rater", "reading", "read_day"]).to_pandas()
    chosen = (rows["rater"] == reference.rater) & (rows["reading"] == reference.reading)
    days: pd.Series = rows[chosen].drop_duplicates("disc").set_index("disc")["read_day"].astype(float)
    return days

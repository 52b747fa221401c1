"""The majority-class baseline: what always naming the commonest grade of the training part would score."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd

from discgrade.grades import INTEGRAL, rank
from discgrade.publication.page.findings import Findings
from discgrade.reliability.scores.metrics import accuracy, kappa
from discgrade.settings.run import HOLDOUT


@dataclass(frozen=True)
class Baseline:
    """What the baseline scores.

    Attributes:
        grades: The integral grades that it names, one unless folds differ.
        accuracy: Share of test discs with that grade.
        kappa: Linearly weighted kappa: 0 where it names one grade, NaN where the discs have that grade alone.
        discs: Number of test discs.
    """

    grades: tuple[float, ...]
    accuracy: float
    kappa: float
    discs: int


def baseline_of(found: Findings, split: str) -> Baseline | None:
    """Return the baseline of the hold-out split, or of all folds; None without discs to score or to learn from."""
    guessed = list(_guessed(found, split))
    if not guessed:
        return None
    matrix = np.zeros((len(INTEGRAL), len(INTEGRAL)))
    for grade, tested in guessed:
        np.add.at(matrix, (rank(tested.to_numpy(), "integral"), rank(np.array(grade), "integral")), 1)
    grades = tuple(sorted({grade for grade, _ in guessed}))
    return Baseline(grades, float(accuracy(matrix)), float(kappa(matrix, 1)), int(matrix.sum()))


def _guessed(found: Findings, split: str) -> Iterator[tuple[float, "pd.Series[float]"]]:
    """Yield the grade that each training part of a split names, and those that its test discs have."""
    for name, parts in found.splits.groupby("split"):
        if (name == HOLDOUT) != (split == HOLDOUT):
            continue
        learned, tested = _grades(found, parts, "train"), _grades(found, parts, "test")
        if len(learned) and len(tested):
            yield float(learned.mode().iloc[0]), tested


def _grades(found: Findings, parts: pd.DataFrame, part: str) -> pd.Series:
    patients = parts[parts["part"] == part]["patient"]
    return found.discs[found.discs["patient"].isin(patients)]["integral"]

"""The majority-class baseline: what always naming the commonest grade of the training part would score."""

from collections.abc import Iterator
from dataclasses import dataclass

import pandas as pd

from discgrade.publication.page.findings import Findings
from discgrade.settings.run import HOLDOUT


@dataclass(frozen=True)
class Baseline:
    """What the baseline scores; its kappa is 0 by definition.

    Attributes:
        grades: The integral grades that it names, one unless folds differ.
        accuracy: Share of test discs with that grade.
        discs: Number of test discs.
    """

    grades: tuple[float, ...]
    accuracy: float
    discs: int


def baseline_of(found: Findings, split: str) -> Baseline | None:
    """Return the baseline of the hold-out split, or of all folds; None without discs to score or to learn from."""
    guessed = list(_guessed(found, split))
    discs = sum(size for _, _, size in guessed)
    if not discs:
        return None
    grades = tuple(sorted({grade for grade, _, _ in guessed}))
    return Baseline(grades, sum(hits for _, hits, _ in guessed) / discs, discs)


def _guessed(found: Findings, split: str) -> Iterator[tuple[float, int, int]]:
    """Yield the grade that each training part of a split names, how often it is right, and of how many discs."""
    for name, parts in found.splits.groupby("split"):
        if (name == HOLDOUT) != (split == HOLDOUT):
            continue
        learned, tested = _grades(found, parts, "train"), _grades(found, parts, "test")
        if len(learned) and len(tested):
            grade = float(learned.mode().iloc[0])
            yield grade, int((tested == grade).sum()), len(tested)


def _grades(found: Findings, parts: pd.DataFrame, part: str) -> pd.Series:
    patients = parts[parts["part"] == part]["patient"]
    return found.discs[found.discs["patient"].isin(patients)]["integral"]

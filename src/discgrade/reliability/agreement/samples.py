"""What is compared: the scored samples of the study's main model, with what their discs may be grouped by."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import reduce
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow.compute as pc
from numpy.typing import NDArray

from discgrade import records
from discgrade.grades import integral, rank
from discgrade.records.cohort.discs import DISCS
from discgrade.records.results.scores import GRADED
from discgrade.reliability.agreement.coefficients import GRADES
from discgrade.settings.run import Run

Integers = NDArray[np.int64]

LEVEL = "level"
OF_HEADERS = ("manufacturer", "field_strength", "sex", "age_group")
FACTORS = (LEVEL, *OF_HEADERS)
"""What discs are grouped by; all but the level are the patient's."""
GRADE = "grade"
"""The integral reference grade, by which discs are grouped to compare how often each is met."""
_AGES = {40.0: "under 40", 60.0: "40 to 59", np.inf: "60 and over"}
AGE_GROUPS = tuple(_AGES.values())
"""In order."""


@dataclass(frozen=True)
class Samples:
    """Scored samples of all trainings of a model, sorted by disc.

    Attributes:
        reference: Reference grade, (n,).
        predicted: Predicted grade, (n,).
        disc: Place of the sample's disc among `discs`, (n,).
        copy: Number of the training and of the copy that the sample is of, (n,).
        discs: One row a disc: patient, and each of `FACTORS` and `GRADE` as text, None where it is not known.
        trainings: Number of training seeds.
    """

    reference: NDArray[np.float64]
    predicted: NDArray[np.float64]
    disc: Integers
    copy: Integers
    discs: pd.DataFrame
    trainings: int

    @property
    def cells(self) -> Integers:
        """Cell of each sample in the flattened confusion matrix of the integral grades, (n,)."""
        ranks = [rank(integral(side), "integral") for side in (self.reference, self.predicted)]
        return np.asarray(ranks[0] * GRADES + ranks[1])

    @property
    def patient(self) -> Integers:
        """Place of each disc's patient among the patients in order, (discs,)."""
        return np.unique(self.discs["patient"].to_numpy(str), return_inverse=True)[1]

    def of(self, chosen: NDArray[np.bool_]) -> "Samples":
        """Return the samples of some discs, (discs,)."""
        kept = chosen[self.disc]
        place = np.cumsum(chosen) - 1
        return Samples(
            self.reference[kept],
            self.predicted[kept],
            place[self.disc[kept]],
            self.copy[kept],
            self.discs[chosen].reset_index(drop=True),
            self.trainings,
        )


def read_samples(graded: Path, discs: Path, runs: Sequence[Run]) -> Samples:
    """Read the scored test samples of some runs that score different discs, or the same ones from several seeds."""
    chosen = reduce(lambda one, other: one | other, (_of_run(run) for run in runs))
    columns = ["disc", "copy", "seed", "reference", "predicted"]
    rows = records.read(graded, GRADED, columns, chosen & (pc.field("part") == "test")).to_pandas()
    known = records.read(discs, DISCS).to_pandas().set_index("disc")
    rows = rows.sort_values(["disc", "seed", "copy"], ignore_index=True)
    names, place = np.unique(rows["disc"].to_numpy(str), return_inverse=True)
    seeds = sorted(set(rows["seed"]))
    copies = rows["copy"].to_numpy(np.int64) * max(1, len(seeds)) + rows["seed"].map(seeds.index).to_numpy(np.int64)
    return Samples(
        rows["reference"].to_numpy(np.float64),
        rows["predicted"].to_numpy(np.float64),
        place.astype(np.int64),
        copies,
        _grouped(known.loc[list(names)]).reset_index(drop=True),
        max(1, len(seeds)),
    )


def _of_run(run: Run) -> pc.Expression:
    named = (pc.field(name) == value for name, value in run.wildcards.items())
    return reduce(lambda one, other: one & other, named)


def _grouped(discs: pd.DataFrame) -> pd.DataFrame:
    """Return the patient of each disc and its value of each factor as text."""
    strengths = [None if pd.isna(one) else f"{one:g} T" for one in discs["field_strength"]]
    return pd.DataFrame(
        {
            "patient": discs["patient"],
            LEVEL: discs[LEVEL],
            GRADE: [f"{grade:g}" for grade in discs["integral"]],
            "manufacturer": discs["manufacturer"],
            "field_strength": strengths,
            "sex": discs["sex"],
            "age_group": age_groups(discs["age"]),
        }
    )


def age_groups(ages: "pd.Series[float]") -> "pd.Series[str]":
    """Return the group of each age in years; None where it is not known."""
    groups = pd.cut(ages, [-np.inf, *_AGES], right=False, labels=list(AGE_GROUPS)).astype(object)
    return groups.where(groups.notna(), None)


def groups_of(samples: Samples, factor: str) -> Iterator[tuple[str, NDArray[np.bool_]]]:
    """Yield each group of a factor in order, with the mask of its discs."""
    values = samples.discs[factor].to_numpy(object)
    found = set(values[pd.notna(values)])
    known: Mapping[str, int] = {name: place for place, name in enumerate(AGE_GROUPS)}
    for name in sorted(found, key=lambda one: (known.get(one, 0), one)):
        yield str(name), values == name

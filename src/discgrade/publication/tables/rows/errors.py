"""What the graded samples of a run say beyond its scores: which grades it never predicts, which errors are large."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow.compute as pc

from discgrade import records
from discgrade.grades import INTEGRAL, grades_of, integral
from discgrade.records.results.scores import GRADED
from discgrade.settings.run import HOLDOUT, Run

_ONE_GRADE = 1 + 1e-6


@dataclass(frozen=True)
class Errors:
    """Errors of a run over its test part, all seeds together.

    Attributes:
        samples: Number of scored samples.
        large: Number of errors over one grade.
        extreme: Number of those whose reference or prediction is integral grade 1 or 5.
        by_grade: Number of those by integral reference grade.
        unused: Grades of the run's scale that it never predicts.
    """

    samples: int
    large: int
    extreme: int
    by_grade: dict[float, int]
    unused: list[float]


def read_errors(graded: Path, run: Run) -> Errors:
    """Read the errors of a run on the hold-out test set, or in all folds.

    Args:
        graded: `graded.parquet`.
        run: The run; its seed is passed over, and any split but the hold-out one means all folds.
    """
    chosen = pc.field("part") == "test"
    chosen &= (pc.field("split") == HOLDOUT) if run.split == HOLDOUT else (pc.field("split") != HOLDOUT)
    for name in ("variant", "resolution", "share"):
        chosen &= pc.field(name) == getattr(run, name)
    rows = records.read(graded, GRADED, ["scale", "reference", "predicted"], chosen)
    reference, predicted = rows["reference"].to_numpy(), rows["predicted"].to_numpy()
    large = np.abs(reference - predicted) > _ONE_GRADE
    ends = np.isin(integral(reference), INTEGRAL[[0, -1]]) | np.isin(integral(predicted), INTEGRAL[[0, -1]])
    grades = grades_of(rows["scale"][0].as_py()) if len(rows) else INTEGRAL
    unused = [float(grade) for grade in grades if not np.isclose(predicted, grade).any()]
    by_grade = {float(grade): int((large & (integral(reference) == grade)).sum()) for grade in INTEGRAL}
    return Errors(len(rows), int(large.sum()), int((large & ends).sum()), by_grade, unused)

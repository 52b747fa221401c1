"""The discs of a study as a run learns them: their part and share in its split, and what grade it is taught."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from discgrade import records
from discgrade.grades import integral, is_grade
from discgrade.records.cohort.discs import DISCS
from discgrade.records.cohort.pseudo_labels import LABELS
from discgrade.records.cohort.splits import SPLITS
from discgrade.settings.model import Scale
from discgrade.settings.run import Run


@dataclass(frozen=True)
class Lesson:
    """What a run learns, if that is not what people read.

    Attributes:
        labels: Table of the labels of its split that a model made, `pseudo_labels.LABELS`; None: none.
        without: A cohort that it does not learn, neither to choose its checkpoint, but predicts as a whole; None: none.
    """

    labels: Path | None = None
    without: str | None = None


AS_READ = Lesson()


def disc_table(discs: Path, splits: Path, run: Run) -> pa.Table:
    """Return the discs sorted by name, with part and share of their patient in the run's split."""
    parts = records.read(splits, SPLITS, filters=pc.field("split") == run.split)
    if not parts.num_rows:
        raise ValueError(f"No split {run.split!r} in {splits}. Set `splits.folds` to at least its number.")
    table = records.read(discs, DISCS, columns=["disc", "patient", "level", "grade", "integral", "cohort"])
    joined = table.join(parts, "patient", join_type="left outer").sort_by("disc")
    if joined["part"].null_count:
        lost = joined.filter(pc.is_null(joined["part"]))["patient"].unique().to_pylist()
        raise ValueError(f"{len(lost)} patients have discs but no part in split {run.split!r}: {sorted(lost)[:5]}")
    return joined


def taught_discs(table: pa.Table, lesson: Lesson) -> pa.Table:
    """Return the discs with the labels that a run learns, and whether it may learn them.

    Raises:
        ValueError: if there are labels of other discs.
    """
    grades = table["grade"].to_numpy().copy()
    if lesson.labels is not None:
        labels = records.read(lesson.labels, LABELS, ["disc", "grade"])
        places = pc.fill_null(pc.index_in(labels["disc"], value_set=table["disc"].combine_chunks()), -1).to_numpy()
        if (places < 0).any():
            raise ValueError(f"{lesson.labels}: {(places < 0).sum()} labels of discs that the study does not have")
        grades[places] = labels["grade"].to_numpy()
    taught = pc.not_equal(table["cohort"], lesson.without or "")
    table = table.set_column(table.schema.get_field_index("grade"), "grade", pa.array(grades))
    table = table.set_column(table.schema.get_field_index("integral"), "integral", pa.array(integral(grades)))
    return table.append_column("taught", taught)


def reference_grades(discs: pa.Table, scale: Scale, variant: str) -> NDArray[np.float64]:
    """Return each disc's reference grade on the scale.

    Raises:
        ValueError: if the scale is fractional and the readings carry integral grades only.
    """
    grades: NDArray[np.float64] = discs["integral" if scale == "integral" else "grade"].to_numpy()
    if scale == "fractional" and is_grade(grades, "integral").all():
        raise ValueError(
            f"Variant {variant!r} has `scale: fractional`, but all {len(grades)} reference grades are integral. "
            "Train variants with `scale: integral` alone, for example with these three lines below `grid:` in the "
            "overlay: `default: integral`, `variants: [integral]`, `folds: [integral]`."
        )
    return grades

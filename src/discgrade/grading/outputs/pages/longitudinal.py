"""A patient's studies beside each other: what each disc was graded then and now, and whether that is a change.

Two grades differ for certain only where their prediction sets have no grade in common.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from discgrade.grades import LEVELS
from discgrade.grading.discs import GradedDisc, GradedStudy
from discgrade.grading.outputs.pages.views import DiscView, Earlier

CAUTION = (
    "A difference is more than the grader's own uncertainty only where the prediction sets of two dates have no grade "
    "in common; another scanner or another slice may still be the reason."
)


@dataclass(frozen=True)
class Change:
    """How a disc's grade differs from the one before.

    Attributes:
        grades: Grades more (or, below 0, fewer) than before.
        certain: Whether the two prediction sets have no grade in common; None where there is no set.
    """

    grades: int
    certain: bool | None

    def __str__(self) -> str:
        """Return it in words."""
        if not self.grades:
            return "unchanged"
        sign = f"{self.grades:+d}".replace("-", "−")
        if self.certain is None:
            return sign
        return f"{sign}, sets apart" if self.certain else f"{sign}, sets overlap: may be no change"


@dataclass(frozen=True)
class Cell:
    """A disc at one date; `change` from the date before at which it was graded, None at the first."""

    disc: GradedDisc
    view: DiscView | None
    change: Change | None


@dataclass(frozen=True)
class History:
    """A patient's discs over time.

    Attributes:
        studies: In order of date.
        rows: For each level that was ever graded, from the head down, its discs by number of the study.
        undated: Number of studies without a date: they have no place.
    """

    studies: tuple[GradedStudy, ...]
    rows: tuple[tuple[str, dict[int, Cell]], ...]
    undated: int


def history(studies: Sequence[Earlier]) -> History:
    """Put a patient's studies beside each other; of a level that was graded twice in one study the first counts."""
    dated = sorted(
        (one for one in studies if one.study.study_date), key=lambda one: (one.study.study_date, one.study.study_uid)
    )
    rows = ((level, _row(level, dated)) for level in LEVELS)
    return History(
        tuple(one.study for one in dated), tuple((level, row) for level, row in rows if row), len(studies) - len(dated)
    )


def _row(level: str, dated: Sequence[Earlier]) -> dict[int, Cell]:
    row: dict[int, Cell] = {}
    before: GradedDisc | None = None
    for number, one in enumerate(dated):
        place = next((place for place, disc in enumerate(one.study.discs) if disc.place.level == level), None)
        if place is None:
            continue
        disc = one.study.discs[place]
        row[number] = Cell(disc, one.discs[place] if one.discs else None, change(before, disc) if before else None)
        before = disc
    return row


def change(before: GradedDisc, now: GradedDisc) -> Change:
    """Return how a disc's grade differs from the one before."""
    certain = set(before.set).isdisjoint(now.set) if before.set and now.set else None
    return Change(now.grade - before.grade, certain)

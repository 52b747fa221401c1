"""How discs are read on the raters' page (`rating`)."""

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True)
class Rating:
    """Who reads what, on which scale, and what is looked at again (`rating`).

    The defaults stand here, since the page runs without what reads the schema; config.yaml repeats them.

    Attributes:
        scale: Grades that a rater may give: the 13 fractional ones or the five integral ones.
        levels: Discs of a study that are to be read; a rater may add and rename some.
        cohort: Cohort that the sheet names.
        reread: Share of the studies that the main rater reads a second time.
        second_rater: Share of the studies that each other rater reads as well; others than those read again, if there
            are enough.
        days: Least number of days between the two readings of a study.
        seed: Seed of shares and orders.
        adjudicate_from: Smallest difference between two raters' grades of a disc that is adjudicated.
        review_from: Smallest difference between a pseudo-label and the expected grade of a disc that is reviewed.
        reviewed: Where a grade goes in the sheet that was given with others in view: it is a further reading of
            its rater, or stands instead of the main rater's first reading.
    """

    scale: Literal["fractional", "integral"] = "fractional"
    levels: tuple[str, ...] = ("L1/L2", "L2/L3", "L3/L4", "L4/L5", "L5/S1")
    cohort: str = "primary"
    reread: float = 0.15
    second_rater: float = 0.1
    days: float = 28
    seed: int = 1
    adjudicate_from: float = 1.0
    review_from: float = 1.7
    reviewed: Literal["further", "instead"] = "further"

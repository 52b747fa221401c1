"""Whether and how a cohort is labelled by a model (`pseudo_labels`)."""

from dataclasses import dataclass
from typing import Literal

Review = Literal["reading", "queue"]


@dataclass(frozen=True)
class PseudoLabels:
    """How a cohort gets the labels that models learn.

    Attributes:
        cohort: The cohort, as the sheet names it.
        teacher: The variant that labels it, trained on all other cohorts.
        learn: Whether the study's own variants learn the reviewed labels; else they learn what people read.
        deviation: Smallest difference in grades between a pseudo-label and the reading of a disc that is reviewed.
        review: Whose answer a reviewed disc gets: that of the sheet's own reading, or of a queue for the raters' page.
        answers: Sheet of the readings with which raters answered the queue; None: it is not answered.
        compare: Whether the teacher's variant is also trained in the folds with each other kind of labels.
    """

    cohort: str
    teacher: str
    learn: bool
    deviation: float
    review: Review
    answers: str | None
    compare: bool

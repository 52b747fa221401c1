"""How sure a grade should be (`certainty`)."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Certainty:
    """What the sets of grades promise.

    Attributes:
        coverage: Probability with which the set of a disc holds its reference grade.
    """

    coverage: float

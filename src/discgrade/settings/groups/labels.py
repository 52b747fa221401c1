"""Whether a study judges its labels (`labels`)."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Labels:
    """What is asked of the labels.

    Attributes:
        judge: Whether signs of noise are looked for, and discs ranked that are worth reading again.
    """

    judge: bool

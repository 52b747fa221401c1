"""Whether a study judges its labels (`labels`)."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Labels:
    """What is asked of the labels.

    Attributes:
        judge: Whether signs of noise are looked for, and discs ranked that are worth reading again.
        reread: Sheet of re-readings of exported images, as `discgrade rate export` writes it; they change neither label
            nor score, and what they would change is told. None: there is none.
    """

    judge: bool
    reread: str | None

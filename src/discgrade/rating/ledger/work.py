"""A piece of a rater's work: a study to be read blind, or one disc to be adjudicated or reviewed."""

import hashlib
import hmac
from dataclasses import dataclass
from typing import Literal

Mode = Literal["blind", "adjudication", "review"]
MODES: tuple[Mode, ...] = ("blind", "adjudication", "review")


@dataclass(frozen=True, order=True)
class Work:
    """What is read at one go.

    Attributes:
        mode: Blind, or with other grades in view.
        study: Word that stands for the study (`scans.catalogue`).
        reading: The rater's first or second reading of the study; 0 where it is not blind.
        level: The disc, where it is not blind; else empty.
    """

    mode: Mode
    study: str
    reading: int
    level: str = ""

    @property
    def blind(self) -> bool:
        """Whether no other grade is in view."""
        return self.mode == "blind"


def blind(study: str, reading: int) -> Work:
    """Return a blind reading of a study, the first or the second."""
    return Work("blind", study, reading)


def opaque(secret: bytes, *what: str | int) -> str:
    """Return a word that stands for something and tells nothing of it to who lacks the secret."""
    return hmac.new(secret, repr(what).encode("utf-8", "surrogateescape"), hashlib.sha256).hexdigest()[:20]


def item_name(secret: bytes, rater: str, work: Work) -> str:
    """Return the word by which a rater's page knows a piece of work; a study read again has another one."""
    return opaque(secret, "item", rater, work.mode, work.study, work.reading, work.level)

"""What a rater does: kinds of actions, and what may stand in each."""

import math
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from discgrade.grades import is_grade
from discgrade.rating.ledger.levels import ANY_LEVEL, LUMBAR, MOST_DISCS
from discgrade.rating.ledger.work import Work
from discgrade.settings.model import Scale

Payload = Mapping[str, Any]

REASONS = {
    "not_shown": "The disc is not in the picture",
    "artefact": "The picture is too poor: motion, metal, noise",
    "operated": "Operated: fusion, prosthesis, disc removed",
    "anatomy": "Anomaly: fused or transitional vertebra, fracture, tumour, infection",
    "other": "Another reason (say which)",
}
"""Why a disc cannot be graded."""

ASIDE = {
    "no_t2": "There is no sagittal T2 series",
    "broken": "The pictures cannot be shown",
    "not_lumbar": "The pictures do not show the lumbar spine",
    "other": "Another reason (say which)",
}
"""Why a study cannot be read."""

UNDOABLE = ("series", "box", "grade", "ungradable", "clear", "level", "lumbar", "add", "remove", "note", "aside")
"""Kinds that undo takes back: leafing through the slices is none of them."""
KINDS = ("open", "view", "slice", *UNDOABLE)
ONE_DISC = frozenset({"open", "view", "series", "slice", "box", "grade", "ungradable", "clear", "note"})
"""Kinds that make sense where there is one disc alone: in adjudication and review."""

_ID = re.compile(r"[A-Za-z0-9_-]{8,64}")
_LONGEST_NOTE, _LONGEST_REASON, _LONGEST_STAY = 2000, 500, 600.0


class InvalidError(ValueError):
    """What a rater sent is not kept; the message is shown to that rater."""


@dataclass(frozen=True)
class Action:
    """Something that a rater did, as it is kept.

    Attributes:
        seq: Number in the order in which actions were kept; 0 before.
        at: Time, ISO 8601 in UTC.
        rater: Name of the rater.
        work: What the rater was reading.
        kind: One of `KINDS`, undo, redo, or shown (other grades came into view).
        payload: What belongs to the kind.
        target: For undo and redo, the number of the action that is taken back or done again.
        seconds: Time spent since the action before.
        id: Word that the page made for it: kept once, however often it is sent.
        window: Number of the window that it came from.
        version: Version of the software.
    """

    seq: int
    at: str
    rater: str
    work: Work
    kind: str
    payload: Payload = field(default_factory=dict)
    target: int | None = None
    seconds: float = 0.0
    id: str = ""
    window: int = 0
    version: str = ""


def checked_id(value: object) -> str:
    """Return the word that a page made for an action.

    Raises:
        InvalidError: if it is none.
    """
    if not isinstance(value, str) or not _ID.fullmatch(value):
        raise InvalidError("id should be a word of 8 to 64 letters, digits, - and _")
    return value


def checked_seconds(value: object) -> float:
    """Return the time that was spent, 0 if none is given.

    Raises:
        InvalidError: if it is no number from 0 to 600.
    """
    return 0.0 if value is None else number(value, "seconds", 0, _LONGEST_STAY)


def checked(kind: str, sent: Payload, scale: Scale) -> dict[str, Any]:
    """Return what belongs to an action, as the page sent it, without places on slices (`desk` adds these).

    Raises:
        InvalidError: if the kind is unknown, or something is missing or not what it should be.
    """
    checks: dict[str, Callable[[], dict[str, Any]]] = {
        "open": lambda: _maybe_disc(sent),
        "view": lambda: _maybe_disc(sent),
        "series": dict,
        "slice": dict,
        "box": lambda: _disc(sent),
        "grade": lambda: _disc(sent) | {"grade": _grade(sent.get("grade"), scale)},
        "ungradable": lambda: _disc(sent) | _reason(sent, REASONS),
        "clear": lambda: _maybe_disc(sent),
        "level": lambda: _disc(sent) | {"level": _one_of(sent.get("level"), ANY_LEVEL, "level")},
        "lumbar": lambda: {"count": _one_of(sent.get("count"), LUMBAR, "count")},
        "add": dict,
        "remove": lambda: _disc(sent),
        "note": lambda: _maybe_disc(sent) | {"text": text(sent.get("text"), "text", _LONGEST_NOTE)},
        "aside": lambda: _reason(sent, ASIDE),
    }
    if kind not in checks:
        raise InvalidError(f"kind should be one of {', '.join(KINDS)}")
    return checks[kind]()


def _disc(sent: Payload) -> dict[str, Any]:
    return {"disc": whole(sent.get("disc"), "disc", MOST_DISCS)}


def _maybe_disc(sent: Payload) -> dict[str, Any]:
    return {"disc": None} if sent.get("disc") is None else _disc(sent)


def _grade(value: object, scale: Scale) -> float:
    grade = number(value, "grade", 0, 9)
    if not is_grade(grade, scale):
        raise InvalidError(f"grade should be one of the {scale} scale")
    return round(grade, 1)


def _reason(sent: Payload, reasons: Mapping[str, str]) -> dict[str, Any]:
    reason = _one_of(sent.get("reason"), reasons, "reason")
    said = text(sent.get("text") or "", "text", _LONGEST_REASON)
    if reason == "other" and not said:
        raise InvalidError("Another reason should be said in words")
    return {"reason": reason, "text": said}


def _one_of(value: Any, known: Any, name: str) -> Any:  # noqa: ANN401
    if isinstance(value, bool) or not isinstance(value, str | int) or value not in known:
        raise InvalidError(f"{name} should be one of {', '.join(map(str, known))}")
    return value


def whole(value: object, name: str, below: int) -> int:
    """Return a whole number from 0.

    Raises:
        InvalidError: if it is none, or not below the limit.
    """
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value < below:
        raise InvalidError(f"{name} should be a whole number from 0 to {below - 1}")
    return value


def number(value: object, name: str, low: float, high: float) -> float:
    """Return a number.

    Raises:
        InvalidError: if it is none, or not between two limits.
    """
    if isinstance(value, bool) or not isinstance(value, int | float) or not low <= value <= high:
        raise InvalidError(f"{name} should be a number from {low:g} to {high:g}")
    if not math.isfinite(value):
        raise InvalidError(f"{name} should be a number from {low:g} to {high:g}")
    return float(value)


def text(value: object, name: str, longest: int) -> str:
    """Return a text.

    Raises:
        InvalidError: if it is none, too long, or holds half a character.
    """
    if not isinstance(value, str) or len(value) > longest:
        raise InvalidError(f"{name} should be a text of at most {longest} characters")
    try:
        value.encode("utf-8")
    except UnicodeEncodeError:
        raise InvalidError(f"{name} should be a text of whole characters") from None
    return value.replace("\0", "")

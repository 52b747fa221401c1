"""Which series of a study regions may lie on: the sagittal T2-weighted ones by their headers, or those asked for."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from discgrade.imaging.series import choose, objection
from discgrade.imaging.stacks import Stack

_UID = re.compile(r"[0-9]+(?:\.[0-9]+)+")
_MOST_TOLD = 4


@dataclass(frozen=True)
class Readable:
    """What may be read of a study.

    Attributes:
        chosen: Number of the stack that is read; None if there is none.
        allowed: Numbers of the stacks that regions may lie on, the chosen one among them.
        reasons: Why each stack may be read, or why not.
        problem: Why none can be read, one sentence; empty if one can.
    """

    chosen: int | None
    allowed: frozenset[int]
    reasons: tuple[str, ...]
    problem: str = ""


def readable(stacks: Sequence[Stack], rule: str = "") -> Readable:
    """Decide what may be read of a study.

    Args:
        stacks: Its slices, put together.
        rule: Series to take instead: its number, its UID, or words of its description; empty: decided by the header.
    """
    choice = choose(stacks)
    if not rule:
        fitting = frozenset(number for number, one in enumerate(stacks) if objection(one) is None)
        problem = "" if fitting else f"no series is a sagittal T2-weighted one: {_told(stacks, choice.reasons)}"
        return Readable(choice.number, fitting, choice.reasons, problem)
    wanted = [number for number, one in enumerate(stacks) if _matches(one, rule)]
    magnetic = [number for number in wanted if stacks[number].weighting.modality in ("MR", "")]
    if not magnetic:
        named = "the series asked for is no MR image" if wanted else f"no series is the one asked for, {rule!r}"
        return Readable(None, frozenset(), choice.reasons, f"{named}: {_told(stacks, choice.reasons)}")
    among = choose([stacks[number] for number in magnetic]).number
    most = max(magnetic, key=lambda number: (len(stacks[number].slices), -number))
    reasons = (f"asked for; {one}" if number in magnetic else one for number, one in enumerate(choice.reasons))
    return Readable(most if among is None else magnetic[among], frozenset(magnetic), tuple(reasons))


def _matches(stack: Stack, rule: str) -> bool:
    if rule.isdecimal():
        return stack.first.series_number == int(rule)
    if _UID.fullmatch(rule):
        return stack.first.series == rule
    said = stack.weighting.description.casefold()
    return all(word in said for word in rule.casefold().split())


def _told(stacks: Sequence[Stack], reasons: Sequence[str]) -> str:
    """Return why each of some series does not fit."""
    parts = [
        f"series {one.first.series_number if one.first.series_number is not None else '?'}: {reason}"
        for one, reason in zip(stacks, reasons, strict=True)
    ]
    more = [f"and {len(parts) - _MOST_TOLD} more"] if len(parts) > _MOST_TOLD else []
    return "; ".join([*parts[:_MOST_TOLD], *more])

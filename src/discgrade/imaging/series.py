"""Which series of a study is the sagittal T2-weighted one: decided by what the header says of physics, with the reason.

Direction and times decide; where they are missing the description does, and it is the last to choose between two that
both fit. Nothing is guessed: a study in which no series fits has none.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from discgrade.imaging.frames import Weighting
from discgrade.imaging.stacks import Stack

MOST_OBLIQUE = 30.0
"""Largest angle to the sagittal plane, in degrees: a scoliotic spine is followed by up to some 20."""
SHORTEST_ECHO = 60.0
"""Shortest echo time of a T2-weighted image, in ms: those of T1 and proton density stay below 45, T2 begins at 70."""
LONGEST_ECHO = 300.0
"""Longest one: beyond it lie myelographies (500 to 1,200 ms), which show fluid alone."""
SHORTEST_REPETITION = 1000.0
"""Shortest repetition time, in ms: T1 stays below, a three-dimensional T2 may come near."""

_T2 = re.compile(r"(?<![a-z0-9])(?:s?t2|t2w)(?![0-9*])", re.IGNORECASE)
_NOT_T2 = re.compile(
    r"t1|stir|tirm|flair|dwi|diff|adc|myelo|t2\s*\*|t2star|haste|loc|scout|survey|(?<![a-z])pd", re.IGNORECASE
)
_SAGITTAL = re.compile(r"sag", re.IGNORECASE)
_LUMBAR = re.compile(r"lws|lumb|l[-_ ]?spine|lsp|(?<![a-z])ls(?![a-z])", re.IGNORECASE)
_LOCALIZER = re.compile(r"locali[sz]|(?<![a-z])loc(?![a-z])|scout|survey|plan_?scan", re.IGNORECASE)
_ELSEWHERE = re.compile(
    r"hws|bws|cerv|thora|[ct][-_ ]?spine|neck|head|brain|knee|hip|shoulder|foot|ankle|hand|wrist|elbow|breast|heart",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Choice:
    """The chosen series of a study.

    Attributes:
        number: Its number among the stacks; None if no stack fits.
        reasons: For each stack why it fits, or why it does not, in words.
        rivals: Numbers of the stacks that fit as well as the chosen one.
    """

    number: int | None
    reasons: tuple[str, ...]
    rivals: tuple[int, ...] = ()


def choose(stacks: Sequence[Stack]) -> Choice:
    """Choose the sagittal T2-weighted stack of a study.

    Of several that fit, in this order: decided by physics rather than by words, without fat suppression, a scan's own
    pixels, said to be lumbar, at least half as many slices as the one with most; then these are rivals, and the one
    with most slices is taken, then with the finer spacing, then the earlier one.
    """
    objections = [objection(one) for one in stacks]
    reasons = tuple(against or described(one) for one, against in zip(stacks, objections, strict=True))
    fitting = [number for number, against in enumerate(objections) if against is None]
    if not fitting:
        return Choice(None, reasons)
    best = min(_rank(stacks[number]) for number in fitting)
    equal = [number for number in fitting if _rank(stacks[number]) == best]
    most = max(len(stacks[number].slices) for number in equal)
    equal = [number for number in equal if 2 * len(stacks[number].slices) >= most]
    chosen = min(equal, key=lambda number: (-len(stacks[number].slices), _spacing(stacks[number]), number))
    return Choice(chosen, reasons, tuple(number for number in equal if number != chosen))


def objection(stack: Stack) -> str | None:
    """Return why a stack is not sagittal and T2-weighted, or None if it is."""
    return next(filter(None, (_direction(stack), *_physics(stack.weighting))), None)


def _direction(stack: Stack) -> str | None:
    angle = stack.obliquity
    if angle is None:
        said = _SAGITTAL.search(stack.weighting.description)
        return None if said else "no direction in the header, and its description does not say sagittal"
    return None if angle <= MOST_OBLIQUE else f"{stack.plane}, {angle:.0f} degrees off the sagittal plane"


def _physics(weighting: Weighting) -> Iterator[str | None]:
    """Yield what speaks against T2, the plainest first."""
    echo, repetition = weighting.echo_time, weighting.repetition_time
    if weighting.modality not in ("MR", ""):
        yield f"no MR image ({weighting.modality[:16]})"
    if "EP" in weighting.sequence:
        yield "echo planar"
    if "GR" in weighting.sequence and "SE" not in weighting.sequence:
        yield "a gradient echo"
    if weighting.inversion_time or "IR" in weighting.sequence:
        yield "an inversion recovery"
    if echo is None:
        words = weighting.description
        said = _T2.search(words) and not _NOT_T2.search(words)
        yield None if said else "no echo time in the header, and its description does not say T2"
    elif not SHORTEST_ECHO <= echo <= LONGEST_ECHO:
        yield f"echo time {echo:.4g} ms, T2 has {SHORTEST_ECHO:.0f} to {LONGEST_ECHO:.0f}"
    if repetition is not None and repetition < SHORTEST_REPETITION:
        yield f"repetition time {repetition:.4g} ms, T2 has {SHORTEST_REPETITION:.0f} or more"


def described(stack: Stack) -> str:
    """Return what a stack is, by its header, in words."""
    weighting, angle = stack.weighting, stack.obliquity
    times = (("echo time", weighting.echo_time), ("repetition time", weighting.repetition_time))
    parts = [
        "sagittal by its description" if angle is None else f"sagittal within {angle:.0f} degrees",
        *(f"{name} {value:.4g} ms" for name, value in times if value is not None),
        "fat-suppressed" if weighting.suppressed else "",
        "" if weighting.original else "computed from other images",
        "T2-weighted" if weighting.echo_time is not None else "T2-weighted by its description",
    ]
    return ", ".join(filter(None, parts))


def _rank(stack: Stack) -> tuple[bool, bool, bool, int]:
    weighting = stack.weighting
    by_words = stack.obliquity is None or weighting.echo_time is None
    return by_words, weighting.suppressed, not weighting.original, _region(weighting)


def _region(weighting: Weighting) -> int:
    """Return 0 for what is said to be lumbar, 1 if nothing is, 2 for another part of the body, 3 for a localizer."""
    words = f"{weighting.description} {weighting.body_part}"
    if _LOCALIZER.search(words):
        return 3
    if _LUMBAR.search(words):
        return 0
    return 2 if _ELSEWHERE.search(words) else 1


def _spacing(stack: Stack) -> float:
    return min((stack.first.row_spacing or 9.0), (stack.first.column_spacing or 9.0))

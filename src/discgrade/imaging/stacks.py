"""The slices of a study put together as they were scanned: one weighting, one direction, in order of position.

A DICOM series may hold several stacks: a localizer has three planes, a double echo two weightings.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from discgrade.imaging.dicom import obliquity
from discgrade.imaging.frames import Frame, Weighting
from discgrade.imaging.upright import Plane, Turn, plane, upright

_SAME_DIRECTION = math.cos(math.radians(2))


@dataclass(frozen=True)
class Stack:
    """Slices of one series that share weighting, direction and size.

    Attributes:
        slices: In order of position: from the patient's right to the left, from front to back, from feet to head;
            in order of Instance Number where positions are unknown.
    """

    slices: tuple[Frame, ...]

    @property
    def first(self) -> Frame:
        """The slice that speaks for all in what they share."""
        return self.slices[0]

    @property
    def weighting(self) -> Weighting:
        """How the slices were weighted."""
        return self.first.weighting

    @property
    def middle(self) -> int:
        """Number of the middle slice, from 0; of two the later one."""
        return len(self.slices) // 2

    @property
    def plane(self) -> Plane | None:
        """The plane that the slices are nearest to; None if unknown."""
        return plane(self.first.orientation)

    @cached_property
    def turn(self) -> Turn:
        """What puts the slices upright."""
        return upright(self.first.orientation)

    @property
    def obliquity(self) -> float | None:
        """Angle to the sagittal plane in degrees; None if unknown."""
        return obliquity(self.first.orientation)

    @property
    def gap(self) -> float | None:
        """Distance between the centres of neighbouring slices in mm (the median); None if unknown."""
        places = _places(self.slices)
        return None if places is None or len(places) < 2 else float(np.median(np.abs(np.diff(np.sort(places)))))


def stacks(frames: Sequence[Frame]) -> list[Stack]:
    """Put the slices of a study together.

    Args:
        frames: The study's slices in any order. Of two with one SOP Instance UID and frame, the first path stays.

    Returns:
        In order of Series Number, then of series, echo time and direction.
    """
    groups: dict[tuple[object, ...], list[list[Frame]]] = {}
    for one in sorted(_once(frames), key=_key):
        alike = groups.setdefault(_shared(one), [])
        place = next((group for group in alike if _same_direction(group[0], one)), None)
        if place is None:
            alike.append([one])
        else:
            place.append(one)
    return [Stack(_in_order(group)) for alike in groups.values() for group in alike]


def _once(frames: Sequence[Frame]) -> list[Frame]:
    """Drop slices that were sent twice."""
    found: dict[tuple[str, int], Frame] = {}
    for one in sorted(frames, key=lambda one: (one.path, one.frame)):
        found.setdefault((one.instance or one.path, one.frame), one)
    return list(found.values())


def _key(one: Frame) -> tuple[object, ...]:
    number = math.inf if one.series_number is None else one.series_number
    return number, one.series, one.weighting.echo_time or 0.0, one.order, one.path


def _shared(one: Frame) -> tuple[object, ...]:
    """Return what slices of a stack have in common, but for their direction."""
    echo = None if one.weighting.echo_time is None else round(one.weighting.echo_time)
    spacing = tuple(round(value or 0, 2) for value in (one.row_spacing, one.column_spacing))
    return one.series, echo, one.weighting.sequence, one.rows, one.columns, spacing


def _same_direction(one: Frame, other: Frame) -> bool:
    if one.orientation is None or other.orientation is None:
        return one.orientation is other.orientation
    pairs = zip(np.reshape(one.orientation, (2, 3)), np.reshape(other.orientation, (2, 3)), strict=True)
    return all(float(here @ there) > _SAME_DIRECTION for here, there in pairs)


def _in_order(frames: Sequence[Frame]) -> tuple[Frame, ...]:
    places = _places(frames)
    if places is None:
        return tuple(sorted(frames, key=lambda one: (one.order, one.path)))
    order = sorted(range(len(frames)), key=lambda number: (round(places[number], 3), frames[number].order))
    return tuple(frames[number] for number in order)


def _places(frames: Sequence[Frame]) -> list[float] | None:
    """Return where slices lie along their normal in mm, towards its longest part; None where one does not say."""
    if frames[0].orientation is None:
        return None
    row, column = np.reshape(frames[0].orientation, (2, 3))
    normal = np.cross(row, column)
    normal = normal * np.sign(normal[np.abs(normal).argmax()])
    known = [one.position for one in frames if one.position is not None]
    return None if len(known) < len(frames) else [float(normal @ np.array(place)) for place in known]

"""The discs of a mask: level, slice and box of each, what looks implausible, and what makes the whole mask unusable."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from discgrade.grades import LEVELS
from discgrade.imaging.box import Box
from discgrade.imaging.masks.boxes import Parts, axis_of, box_of
from discgrade.imaging.masks.reading import Mask
from discgrade.imaging.upright import plane
from discgrade.imaging.volumes.errors import VolumeError

DEPTH_MM, HEIGHT_MM = (18.0, 65.0), (1.5, 22.0)
"""Depth and height between which a lumbar disc of an adult lies."""
LEAST_WHOLE = 0.8
"""Smallest share of a disc's pixels that should hang together."""
MOST_OUTSIDE = 0.05
"""Largest share of a box that may lie outside its slice."""
LEAST_OF_NEIGHBOURS = 0.3
"""Smallest area of a disc relative to the median of the mask's lumbar discs."""

Labels = NDArray[Any]


@dataclass(frozen=True)
class MaskDisc:
    """One disc of a mask.

    Attributes:
        level: For example L4/L5.
        number: Number of its slice, from 0.
        box: In px of the upright slice.
        flags: What looks implausible, in words.
    """

    level: str
    number: int
    box: Box
    flags: tuple[str, ...]


def find_discs(mask: Mask) -> list[MaskDisc]:
    """Return the lumbar discs of a mask, from head to feet.

    Raises:
        VolumeError: if nobody can tell from the mask which disc is which: it is not sagittal, has no lumbar disc or no
            canal, its labels are out of order or leave a disc out, or head and feet, or front and back, are exchanged
            by its affine.
    """
    if plane(mask.planes.orientation) != "sagittal":
        raise VolumeError(f"the mask is {plane(mask.planes.orientation)}: its slices should be sagittal")
    where = _places(mask)
    _check_order(where)
    canal = np.isin(mask.labels, mask.table.canal)
    if not canal.any():
        raise VolumeError("the canal is not labelled, which tells where the middle is")
    _check_sides(where, canal)
    found = [_disc(mask, canal, level, place) for level, place in where.items()]
    return list(_with_sizes(mask, found))


@dataclass(frozen=True)
class _Place:
    """Where a disc lies: its voxels' mean, and the part of the array that holds them, in slices, rows, columns."""

    centre: tuple[float, float, float]
    part: tuple[slice, slice, slice]


def _places(mask: Mask) -> dict[str, _Place]:
    found = {}
    for level in LEVELS:
        value = mask.table.discs.get(level)
        place = None if value is None else _place(mask.labels, value)
        if place is not None:
            found[level] = place
    if not found:
        raise VolumeError(f"none of the discs {LEVELS[0]} to {LEVELS[-1]} is labelled")
    return found


def _place(labels: Labels, value: int) -> _Place | None:
    here = labels == value
    sums = [np.count_nonzero(here, axis=axes) for axes in ((1, 2), (0, 2), (0, 1))]
    if not sums[0].any():
        return None
    ends = [(int(np.flatnonzero(one)[0]), int(np.flatnonzero(one)[-1]) + 1) for one in sums]
    centre = tuple(float(np.average(np.arange(len(one)), weights=one)) for one in sums)
    return _Place(centre, tuple(slice(*one) for one in ends))  # type: ignore[arg-type]


def _check_order(where: dict[str, _Place]) -> None:
    levels = list(where)
    heights = [where[level].centre[1] for level in levels]
    steps = np.diff(heights)
    if len(steps) and (steps < 0).all():
        raise VolumeError("head and feet are exchanged: by the mask's affine its upper discs lie below the lower ones")
    if (steps <= 0).any():
        told = ", ".join(levels[number] for number in np.argsort(heights))
        raise VolumeError(f"its labels are out of order: from head to feet by its affine they are {told}")
    first, last = LEVELS.index(levels[0]), LEVELS.index(levels[-1])
    missing = [level for level in LEVELS[first : last + 1] if level not in where]
    if missing:
        raise VolumeError(f"{', '.join(missing)} is missing between labelled discs, so that no level is sure")


def _check_sides(where: dict[str, _Place], canal: Labels) -> None:
    top = min(place.part[1].start for place in where.values())
    bottom = max(place.part[1].stop for place in where.values())
    columns = np.count_nonzero(canal[:, top:bottom], axis=(0, 1))
    if not columns.any():
        raise VolumeError("the canal is not labelled behind the lumbar discs")
    behind = float(np.average(np.arange(len(columns)), weights=columns))
    if behind < float(np.mean([place.centre[2] for place in where.values()])):
        raise VolumeError("front and back are exchanged: by the mask's affine the canal lies in front of the discs")


def _disc(mask: Mask, canal: Labels, level: str, place: _Place) -> MaskDisc:
    value = mask.table.discs[level]
    number, flags = _middle(mask.labels, canal, value, place)
    spacing = mask.planes.row_spacing, mask.planes.column_spacing
    labels, sac = mask.labels[number], canal[number]
    upper, lower = level.split("/")
    bodies = [_body(labels, sac, mask.table.vertebrae.get(name)) for name in (upper, lower)]
    parts = Parts(labels == value, bodies[0], None if lower == "S1" else bodies[1], sac, spacing)
    box = box_of(parts)
    flags += [
        f"{name} is not labelled"
        for name, body in zip((upper, lower), bodies, strict=True)
        if body is None and name != "S1"
    ]
    return MaskDisc(level, number, box, (*flags, *_implausible(parts, box)))


def _middle(labels: Labels, canal: Labels, value: int, place: _Place) -> tuple[int, list[str]]:
    """Return the number of the slice that holds the canal's centre at a disc's height."""
    _, rows, _ = place.part
    weights = np.count_nonzero(canal[:, rows], axis=(1, 2))
    flags = []
    if weights.any():
        wanted = float(np.average(np.arange(len(weights)), weights=weights))
    else:
        wanted = place.centre[0]
        flags.append("no canal at its height: the disc's own middle is taken")
    shown = np.array(
        [number for number in range(place.part[0].start, place.part[0].stop) if (labels[number] == value).any()]
    )
    nearest = int(shown[np.abs(shown - wanted).argmin()])
    if abs(nearest - wanted) > 1:
        flags.append(f"not labelled on the middle slice, {abs(nearest - wanted):.0f} slices away")
    return nearest, flags


def _body(labels: Labels, canal: Labels, value: int | None) -> Labels | None:
    """Return a vertebra's body on a slice: of its mask what lies in front of the canal's middle."""
    if value is None:
        return None
    whole = labels == value
    if not whole.any():
        return None
    rows = np.flatnonzero(canal.any(axis=1))
    if rows.size:
        columns = np.arange(canal.shape[1])
        middle = np.array([float(np.mean(columns[canal[row]])) for row in rows])
        limit = np.interp(np.arange(len(canal)), rows, middle)
        whole = whole & (columns[None, :] < limit[:, None])
    return whole if whole.any() else None


def _implausible(parts: Parts, box: Box) -> Iterator[str]:
    rows, columns = parts.disc.shape
    _, numbered, sizes, _ = cv2.connectedComponentsWithStats(parts.disc.astype(np.uint8), connectivity=8)
    del numbered
    if sizes[1:, cv2.CC_STAT_AREA].max() < LEAST_WHOLE * parts.disc.sum():
        yield "in several pieces"
    points = parts.points(parts.disc)
    down = axis_of(points)
    along = np.array([down[1], -down[0]])
    depth, height = (float(np.ptp(np.percentile(points @ one, (1, 99)))) for one in (along, down))
    if not DEPTH_MM[0] <= depth <= DEPTH_MM[1]:
        yield f"{depth:.0f} mm from front to back"
    if not HEIGHT_MM[0] <= height <= HEIGHT_MM[1]:
        yield f"{height:.1f} mm high"
    edge = parts.disc[[0, -1]].any() or parts.disc[:, [0, -1]].any()
    if edge:
        yield "reaches the edge of the slice"
    inside = max(0.0, min(box.x + box.width, columns) - max(box.x, 0)) * max(
        0.0, min(box.y + box.height, rows) - max(box.y, 0)
    )
    if 1 - inside / (box.width * box.height) > MOST_OUTSIDE:
        yield "its box lies partly outside the slice"


def _with_sizes(mask: Mask, found: Sequence[MaskDisc]) -> Iterator[MaskDisc]:
    """Flag discs that are much smaller than the others of their mask."""
    areas = [int((mask.labels[one.number] == mask.table.discs[one.level]).sum()) for one in found]
    usual = float(np.median(areas))
    for one, area in zip(found, areas, strict=True):
        small = ("much smaller than the other discs",) if area < LEAST_OF_NEIGHBOURS * usual else ()
        yield MaskDisc(one.level, one.number, one.box, (*one.flags, *small))

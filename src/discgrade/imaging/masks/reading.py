"""Reading masks: label maps in volumes, a pair of SPINEPS masks, DICOM segmentations."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from discgrade.imaging.masks.labels import LabelTable, guess, read_table
from discgrade.imaging.volumes.errors import VolumeError
from discgrade.imaging.volumes.files import is_volume, read_volume
from discgrade.imaging.volumes.planes import Grid, Planes, cut, difference

if TYPE_CHECKING:
    import highdicom as hd

MOST_LABELS = 1 << 16
SEMANTIC = "seg-spine"
"""What SPINEPS calls the mask of bodies, arches and canal; `seg-vert` is the mask of numbered vertebrae and discs."""

_CORPUS, _CANAL = (49, 50), (60, 61)
_DISC = re.compile(
    r"(?<![A-Za-z0-9])(?P<upper>[CTL])(?P<number>\d{1,2})[\s/_|-]*(?P<lower>[CTLS]?)(?P<other>\d{1,2})(?!\d)",
    re.IGNORECASE,
)
_VERTEBRA = re.compile(r"(?<![A-Za-z0-9])(?P<name>[CTL]\d{1,2}|S1)(?!\d)", re.IGNORECASE)
_CANAL_WORDS = re.compile(r"canal|thecal|dural", re.IGNORECASE)
_SACRUM = re.compile(r"sacr", re.IGNORECASE)
_CANAL_VALUE, _SACRUM_VALUE = 60_000, 60_001


@dataclass(frozen=True, eq=False)
class Mask:
    """A label map in upright slices.

    Attributes:
        planes: Where they lie.
        labels: Values, shape (slices, rows, columns).
        table: What they stand for.
    """

    planes: Planes
    labels: NDArray[Any]
    table: LabelTable


def read_mask(paths: Sequence[Path], labels: str | None = None) -> Mask:
    """Read the mask of one series.

    Args:
        paths: One label map; or the two masks that SPINEPS makes; or one DICOM segmentation.
        labels: Table of labels, as `read_table` takes it; None: the one that fits.

    Raises:
        VolumeError: if it cannot be read, is no label map, or its labels are unknown.
        ValueError: if the table itself is wrong.
    """
    semantic = [path for path in paths if SEMANTIC in path.name]
    others = [path for path in paths if path not in semantic]
    if len(others) != 1:
        raise VolumeError(f"{len(others)} masks are named after it: keep one")
    if not is_volume(others[0].name):
        return _segmentation(others[0])
    mask = _label_map(others[0], labels)
    if mask.table.canal:
        return mask
    if mask.table.name != "spineps":
        raise VolumeError("its table of labels has no canal, which tells where the middle is")
    if not semantic:
        raise VolumeError("it is the seg-vert mask of SPINEPS: the seg-spine mask should lie next to it")
    return _with_canal(mask, semantic[0])


def _label_map(path: Path, labels: str | None) -> Mask:
    planes, values = _whole_numbers(path)
    present = np.flatnonzero(np.bincount(values.ravel(), minlength=1))
    table = guess(present.tolist()) if labels is None else read_table(labels)
    unknown = sorted(set(present.tolist()) - table.known - {0})
    if unknown:
        raise VolumeError(f"its labels {', '.join(map(str, unknown[:8]))} are not in the table {table.name}")
    return Mask(planes, values, table)


def _whole_numbers(path: Path) -> tuple[Planes, NDArray[Any]]:
    volume = read_volume(path)
    voxels = volume.voxels
    low, high = float(voxels.min()), float(voxels.max())
    if not (low >= 0 and high < MOST_LABELS):
        raise VolumeError("it is no label map: its values should be whole numbers from 0 to 65,535")
    if voxels.dtype.kind == "f" and not all((one == np.rint(one)).all() for one in voxels):
        raise VolumeError("it is no label map: its values should be whole numbers")
    return volume.planes, voxels.astype(np.uint8 if high < 256 else np.uint16, copy=False)


def _with_canal(mask: Mask, semantic: Path) -> Mask:
    """Take the canal from SPINEPS's other mask, and of its vertebrae the bodies alone."""
    planes, parts = _whole_numbers(semantic)
    if problem := difference(mask.planes, planes):
        raise VolumeError(f"its two masks do not fit: {problem}")
    labels = mask.labels.astype(np.uint16)
    vertebrae = (labels >= 1) & (labels <= 25)
    labels[vertebrae & ~np.isin(parts, _CORPUS)] = 0
    labels[np.isin(parts, _CANAL)] = _CANAL_VALUE
    return Mask(planes, labels, replace(mask.table, canal=(_CANAL_VALUE,)))


def _segmentation(path: Path) -> Mask:
    """Read a DICOM segmentation (PS3.3 A.51) whose segments are called after vertebrae, discs and canal."""
    import highdicom as hd  # noqa: PLC0415 - only where one is read

    try:
        found = hd.seg.segread(path)
    except Exception:
        raise VolumeError("it is neither a volume nor a DICOM segmentation that can be read") from None
    values, discs, vertebrae, canal, sacrum = {}, {}, {}, list[int](), list[int]()
    for number in found.segment_numbers:
        kind, name = _structure(_said(found, number))
        values[number] = number
        if kind == "disc":
            discs[name] = number
        elif kind == "vertebra":
            vertebrae[name] = number
        elif kind in ("canal", "sacrum"):
            (canal if kind == "canal" else sacrum).append(number)
    if not discs:
        raise VolumeError("none of its segments is called after a disc, such as L4/L5")
    table = LabelTable("DICOM segmentation", discs, vertebrae, tuple(canal), tuple(sacrum), frozenset(values))
    return _combined(found, table)


def _combined(found: "hd.seg.Segmentation", table: LabelTable) -> Mask:
    wanted = [*table.vertebrae.values(), *table.sacrum, *table.canal, *table.discs.values()]
    volumes = [found.get_volume(segment_numbers=[number], combine_segments=True) for number in wanted]
    first = volumes[0]
    labels = np.zeros(first.spatial_shape, np.uint16)
    for number, volume in zip(wanted, volumes, strict=True):
        labels[volume.array > 0] = number
    affine = np.asarray(first.affine, float)
    steps = affine[:3, :3]
    spacing = np.linalg.norm(steps, axis=0)
    grid = Grid(tuple(labels.shape), tuple(map(float, spacing)), steps / spacing, affine[:3, 3])  # type: ignore[arg-type]
    planes, order = cut(grid)
    return Mask(planes, order.apply(labels), table)


def _said(found: "hd.seg.Segmentation", number: int) -> str:
    """Return what a segment is called: its label, then the meaning of its code."""
    description = found.get_segment_description(number)
    return f"{description.segment_label} | {description.segmented_property_type.meaning}"


def _structure(said: str) -> tuple[str, str]:
    """Return what a segment shows, and its name."""
    label = said.partition(" | ")[0]
    if _CANAL_WORDS.search(said):
        return "canal", ""
    for text in (label, said.partition(" | ")[2]):
        if disc := _DISC.search(text):
            upper, lower = disc["upper"].upper(), disc["lower"].upper()
            return "disc", f"{upper}{int(disc['number'])}/{lower or upper}{int(disc['other'])}"
    if _SACRUM.search(said):
        return "sacrum", "S1"
    found = _VERTEBRA.search(label.replace("_", " ")) or _VERTEBRA.search(said)
    return ("vertebra", found["name"].upper()) if found else ("other", "")

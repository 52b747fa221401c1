"""One slice of a DICOM file: its grey values and where they lie in the patient.

A slice is an image of its own or one frame of a multi-frame image. What describes a frame is looked up in that frame's
functional groups, then in the shared ones (PS3.3 C.7.6.16), then at the top of the data set.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
import pydicom
from numpy.typing import NDArray
from pydicom.dataset import Dataset
from pydicom.multival import MultiValue
from pydicom.pixels.processing import apply_modality_lut
from pydicom.pixels.utils import pixel_array

from discgrade.records import PathLike


@dataclass(frozen=True)
class Geometry:
    """Where a slice lies in the patient; None where the file does not say.

    Attributes:
        row_spacing: Distance between the centres of two rows in mm.
        column_spacing: Distance between the centres of two columns in mm.
        orientation: Direction cosines of a row, then of a column (PS3.3 C.7.6.2.1.1).
        position: Centre of the first voxel along the patient's axes (left, posterior, head) in mm.
    """

    row_spacing: float | None
    column_spacing: float | None
    orientation: tuple[float, ...] | None
    position: tuple[float, ...] | None


@dataclass(frozen=True, eq=False)
class Slice(Geometry):
    """A slice's grey values and geometry.

    Attributes:
        pixels: Grey values, rescaled, float32 of shape (rows, columns); brighter tissue has the larger value.
    """

    pixels: NDArray[np.float32]


def read_slice(path: PathLike, frame: int = 1) -> Slice:
    """Read one slice of a DICOM file.

    Args:
        path: DICOM file with its file meta information.
        frame: Frame of a multi-frame image, from 1.

    Raises:
        pydicom.errors.InvalidDicomError: if the file is not DICOM.
        ValueError: if the frame does not exist or the image is not a grey one. Further errors of pydicom's decoders
            pass through.
    """
    dataset = pydicom.dcmread(path)
    try:
        return Slice(**vars(geometry(dataset, frame)), pixels=grey_values(dataset, frame))
    except ValueError as error:
        raise ValueError(f"{path}: {error}") from error


def grey_values(dataset: Dataset, frame: int = 1) -> NDArray[np.float32]:
    """Decode a frame and apply its rescale slope and intercept or modality LUT (PS3.3 C.11.1).

    A slope without a value is 1, an intercept 0, as if they were absent.

    The image is negated where its smallest value is white (MONOCHROME1, PS3.3 C.7.6.3.1.2). Padding around the image
    (PS3.3 C.7.5.1.1.2) gets the darkest of the other values, so that it does not stretch the range.

    Returns:
        Float32 of shape (rows, columns).

    Raises:
        ValueError: if the frame does not exist, the image is not a grey one, or slope or intercept is no number.
    """
    interpretation = dataset.get("PhotometricInterpretation")
    if interpretation not in ("MONOCHROME1", "MONOCHROME2"):
        raise ValueError(
            "Photometric Interpretation (0028,0004) should be MONOCHROME1 or MONOCHROME2. "
            f"Received: {interpretation!r}. Export the original grey images instead of colour ones"
        )
    frames = int(dataset.get("NumberOfFrames") or 1)
    if not 1 <= frame <= frames:
        raise ValueError(f"frame should be from 1 to {frames}, the image's Number of Frames. Received: {frame}")
    stored = pixel_array(dataset, index=frame - 1)
    grey = _rescaled(stored, macro(dataset, frame, "PixelValueTransformationSequence")).astype(np.float32)
    if interpretation == "MONOCHROME1":
        grey = -grey
    return _without_padding(grey, stored, dataset)


def geometry(dataset: Dataset, frame: int = 1) -> Geometry:
    """Return the spacing, orientation and position of a frame; a spacing that is not positive counts as unknown."""
    spacing = _numbers(macro(dataset, frame, "PixelMeasuresSequence"), "PixelSpacing", 2)
    known = spacing if spacing and min(spacing) > 0 else (None, None)
    return Geometry(
        row_spacing=known[0],
        column_spacing=known[1],
        orientation=_numbers(macro(dataset, frame, "PlaneOrientationSequence"), "ImageOrientationPatient", 6),
        position=_numbers(macro(dataset, frame, "PlanePositionSequence"), "ImagePositionPatient", 3),
    )


def obliquity(orientation: Sequence[float] | None) -> float | None:
    """Return the angle between a slice and the patient's sagittal plane.

    Args:
        orientation: Direction cosines of a row, then of a column.

    Returns:
        Degrees from 0 (sagittal) to 90; None if the orientation is unknown or describes no plane.
    """
    return None if orientation is None else _obliquity(tuple(orientation))


@lru_cache(1 << 10)
def _obliquity(orientation: tuple[float, ...]) -> float | None:
    normal = np.cross(orientation[:3], orientation[3:])
    length = float(np.linalg.norm(normal))
    if not length > 0:
        return None
    return math.degrees(math.acos(min(1.0, abs(float(normal[0])) / length)))


def macro(dataset: Dataset, frame: int, sequence: str) -> Dataset:
    """Return the item that holds a frame's macro: per frame, else shared, else the data set itself."""
    per_frame = dataset.get("PerFrameFunctionalGroupsSequence") or []
    shared = dataset.get("SharedFunctionalGroupsSequence") or []
    for groups in (*per_frame[frame - 1 : frame], *shared[:1]):
        if groups.get(sequence):
            item: Dataset = groups[sequence][0]
            return item
    return dataset


def written(value: object) -> str:
    """Return a value as text; of several values, with backslashes between them, as a file has it (PS3.5 6.4)."""
    return "\\".join(map(str, value)) if isinstance(value, MultiValue) else str(value)


def _numbers(dataset: Dataset, keyword: str, count: int) -> tuple[float, ...] | None:
    """Return a multi-valued number, or None if it is missing, incomplete or not finite."""
    value: Any = dataset.get(keyword)
    if value is None or isinstance(value, str) or not isinstance(value, Sequence) or len(value) != count:
        return None
    numbers = tuple(map(float, value))
    return numbers if all(map(math.isfinite, numbers)) else None


def _rescaled(stored: NDArray[Any], item: Dataset) -> NDArray[Any]:
    if "ModalityLUTSequence" in item:
        return apply_modality_lut(stored, item)
    slope, intercept = _decimal(item, "RescaleSlope", 1.0), _decimal(item, "RescaleIntercept", 0.0)
    return stored if (slope, intercept) == (1.0, 0.0) else stored.astype(np.float64) * slope + intercept


def _decimal(item: Dataset, keyword: str, absent: float) -> float:
    value: Any = item.get(keyword)
    if value is None or value == "":
        return absent
    try:
        return float(value)
    except (TypeError, ValueError):
        raise ValueError(f"{keyword} should be one number. Received: {value!r}") from None


def _without_padding(grey: NDArray[np.float32], stored: NDArray[Any], dataset: Dataset) -> NDArray[np.float32]:
    padding, limit = dataset.get("PixelPaddingValue"), dataset.get("PixelPaddingRangeLimit")
    if not isinstance(padding, int):
        return grey
    limit = limit if isinstance(limit, int) else padding
    low, high = sorted(_as_stored(value, dataset) for value in (padding, limit))
    padded = (stored >= low) & (stored <= high)
    if padded.any() and not padded.all():
        grey[padded] = grey[~padded].min()
    return grey


def _as_stored(value: int, dataset: Dataset) -> int:
    """Return a value of the pixels (US or SS) as these are stored, where it was written with the other sign.

    Its 16 bits, or those that a pixel has, are read as the Pixel Representation says (PS3.5 8.2).
    """
    stored, signed = int(dataset.BitsStored), int(dataset.PixelRepresentation)
    lowest, highest = (-1 << stored - 1, (1 << stored - 1) - 1) if signed else (0, (1 << stored) - 1)
    for width in (16, stored):
        bits = value & (1 << width) - 1
        read = bits - (1 << width) if signed and bits >> width - 1 else bits
        if not lowest <= value <= highest and lowest <= read <= highest:
            return read
    return value

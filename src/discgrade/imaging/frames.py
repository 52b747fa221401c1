"""What the header of a DICOM file says of each of its slices: where it lies, and how it was weighted.

No pixel is decoded. A file that holds no grey image has no slices; what a header does not say, or says in a way that
cannot be read, is None.
"""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from pydicom.dataset import Dataset

from discgrade.imaging.dicom import Geometry, geometry, macro

TAGS = (
    "SOPClassUID", "SOPInstanceUID", "StudyInstanceUID", "SeriesInstanceUID", "SeriesNumber", "InstanceNumber",
    "Modality", "ImageType", "SeriesDescription", "ProtocolName", "BodyPartExamined", "PatientID",
    "IssuerOfPatientID", "ScanningSequence", "ScanOptions", "RepetitionTime", "EchoTime", "InversionTime",
    "EchoPulseSequence", "InversionRecovery", "Rows", "Columns", "NumberOfFrames", "SamplesPerPixel",
    "PhotometricInterpretation", "PixelSpacing", "ImageOrientationPatient", "ImagePositionPatient", "WindowCenter",
    "WindowWidth", "SharedFunctionalGroupsSequence", "PerFrameFunctionalGroupsSequence", "SpecificCharacterSet",
)  # fmt: skip
"""Elements that a reading of the header needs (`pydicom.dcmread(specific_tags=TAGS)`)."""
_MOST_FRAMES = 4096


@dataclass(frozen=True)
class Weighting:
    """How a slice was weighted, as far as its header tells.

    Attributes:
        modality: For example MR.
        echo_time: In ms; the effective one of a train of echoes.
        repetition_time: In ms.
        inversion_time: In ms; None without an inversion.
        sequence: Terms of Scanning Sequence (0018,0020): SE, GR, EP, IR, RM.
        suppressed: Whether fat was suppressed by its frequency.
        original: Whether the pixels are a scan's own, not computed from other images (Image Type, 0008,0008).
        description: Series description and protocol name: free text, it may hold anything.
        body_part: Body Part Examined (0018,0015).
    """

    modality: str = ""
    echo_time: float | None = None
    repetition_time: float | None = None
    inversion_time: float | None = None
    sequence: tuple[str, ...] = ()
    suppressed: bool = False
    original: bool = True
    description: str = ""
    body_part: str = ""


@dataclass(frozen=True)
class Frame(Geometry):
    """One slice: an image of its own, or a frame of a multi-frame image.

    Attributes:
        path: File, relative to the folder of scans.
        instance: SOP Instance UID.
        series: Series Instance UID.
        series_number: Series Number; None if the file does not say.
        frame: Number of the frame, from 1.
        order: Instance Number and frame: the order where positions are unknown.
        rows: Height in pixels.
        columns: Width in pixels.
        weighting: How it was weighted.
        window: Centre and width of a window in grey values, as the file proposes.
    """

    path: str
    instance: str
    series: str
    series_number: int | None
    frame: int
    order: tuple[int, int]
    rows: int
    columns: int
    weighting: Weighting
    window: tuple[float, float] | None


def frames(dataset: Dataset, path: str) -> list[Frame]:
    """Return the slices of a file; none if it holds no grey image.

    Args:
        dataset: Header, at least the elements of `TAGS`.
        path: What the slices say of the file that they are in.
    """
    if not _is_grey_image(dataset):
        return []
    count = min(max(_whole(dataset, "NumberOfFrames") or 1, 1), _MOST_FRAMES)
    return [_frame(dataset, path, number) for number in range(1, count + 1)]


def _is_grey_image(dataset: Dataset) -> bool:
    sizes = [_whole(dataset, name) or 0 for name in ("Rows", "Columns")]
    interpretation = _text(dataset, "PhotometricInterpretation")
    return min(sizes) > 0 and interpretation in ("MONOCHROME1", "MONOCHROME2")


def _frame(dataset: Dataset, path: str, number: int) -> Frame:
    return Frame(
        **vars(_geometry(dataset, number)),
        path=path,
        instance=_text(dataset, "SOPInstanceUID"),
        series=_text(dataset, "SeriesInstanceUID"),
        series_number=_whole(dataset, "SeriesNumber"),
        frame=number,
        order=(_whole(dataset, "InstanceNumber") or 0, number),
        rows=_whole(dataset, "Rows") or 0,
        columns=_whole(dataset, "Columns") or 0,
        weighting=_weighting(dataset, number),
        window=_window(macro(dataset, number, "FrameVOILUTSequence")),
    )


def _geometry(dataset: Dataset, number: int) -> Geometry:
    try:
        return geometry(dataset, number)
    except (TypeError, ValueError, OverflowError):
        return Geometry(None, None, None, None)


def _weighting(dataset: Dataset, number: int) -> Weighting:
    """Read classic and enhanced attributes alike (PS3.3 C.8.3.1, C.8.13.5)."""
    echo = macro(dataset, number, "MREchoSequence")
    timing = macro(dataset, number, "MRTimingAndRelatedParametersSequence")
    modifier = macro(dataset, number, "MRModifierSequence")
    times = [_number(echo, name) for name in ("EffectiveEchoTime", "EchoTime")]
    inversion = [_number(modifier, "InversionTimes"), _number(dataset, "InversionTime")]
    sequence = (*_terms(dataset, "ScanningSequence"), *_enhanced_sequence(dataset, modifier))
    return Weighting(
        modality=_text(dataset, "Modality"),
        echo_time=next(filter(None, times), None),
        repetition_time=_number(timing, "RepetitionTime"),
        inversion_time=next(filter(None, inversion), None),
        sequence=tuple(dict.fromkeys(sequence)),
        suppressed=_is_suppressed(dataset, modifier),
        original="DERIVED" not in _terms(dataset, "ImageType")[:1],
        description=" ".join(filter(None, (_text(dataset, "SeriesDescription"), _text(dataset, "ProtocolName")))),
        body_part=_text(dataset, "BodyPartExamined").upper(),
    )


def _enhanced_sequence(dataset: Dataset, modifier: Dataset) -> Iterator[str]:
    """Translate the terms of an enhanced image into those of Scanning Sequence."""
    pulse = _text(dataset, "EchoPulseSequence")
    if pulse in ("SPIN", "BOTH"):
        yield "SE"
    if pulse in ("GRADIENT", "BOTH"):
        yield "GR"
    if "YES" in (_text(modifier, "InversionRecovery"), _text(dataset, "InversionRecovery")):
        yield "IR"


def _is_suppressed(dataset: Dataset, modifier: Dataset) -> bool:
    spectral = _text(modifier, "SpectrallySelectedSuppression")
    return spectral in ("FAT", "FAT_AND_WATER") or not {"FS", "SFS"}.isdisjoint(_terms(dataset, "ScanOptions"))


def _window(dataset: Dataset) -> tuple[float, float] | None:
    """Return centre and width (PS3.3 C.11.2.1.2), of several the first."""
    center, width = _number(dataset, "WindowCenter"), _number(dataset, "WindowWidth")
    return None if center is None or width is None or width <= 0 else (center, width)


def _text(dataset: Dataset, keyword: str) -> str:
    value = _value(dataset, keyword)
    return "" if value is None else str(value).strip(" \0")


def _terms(dataset: Dataset, keyword: str) -> tuple[str, ...]:
    value = _value(dataset, keyword)
    if value is None or isinstance(value, str):
        return tuple(filter(None, [value]))
    return tuple(str(term) for term in value)


def _whole(dataset: Dataset, keyword: str) -> int | None:
    value = _number(dataset, keyword)
    return None if value is None else int(value)


def _number(dataset: Dataset, keyword: str) -> float | None:
    """Return a number, of several the first; None if it is missing, no number or not finite."""
    value = _value(dataset, keyword)
    if value is not None and not isinstance(value, str | int | float) and hasattr(value, "__getitem__"):
        value = value[0] if len(value) else None
    try:
        number = float(value)
    except (TypeError, ValueError):
        return None
    return number if math.isfinite(number) else None


def _value(dataset: Dataset, keyword: str) -> Any:  # noqa: ANN401 - as pydicom has it
    """Return a value; None if it is missing, or cannot be read as what it should be."""
    try:
        return dataset.get(keyword)
    except Exception:
        return None

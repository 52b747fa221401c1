"""The images of a report: the image library (TID 1600, 1602 and 1604) and the evidence (PS3.3 C.17.2.3), encoded.

highdicom would build some twenty objects an image, each of a dozen others, and write the same bytes.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence

from pydicom.dataset import Dataset
from pydicom.sr.coding import Code
from pydicom.valuerep import DS

from discgrade.grading.outputs.dicom.encoded import code, coded, content, element, item, number, sequence

_CONTEXT, _PART = "HAS ACQ CONTEXT", "CONTAINS"
_CONTENT = 0x0040A730
_MODALITY = Code("121139", "DCM", "Modality")
_FRAME = Code("112227", "DCM", "Frame of Reference UID")
_ROWS = Code("110910", "DCM", "Pixel Data Rows")
_COLUMNS = Code("110911", "DCM", "Pixel Data Columns")
_LIBRARY = Code("111028", "DCM", "Image Library")
_GROUP = Code("126200", "DCM", "Image Library Group")
_SOURCE = Code("260753009", "SCT", "Source")
_PIXELS = Code("{pixels}", "UCUM", "Pixels")
_MM = Code("mm", "UCUM", "mm")
_SHARE = Code("{-1:1}", "UCUM", "{-1:1}")
_SPACINGS = (
    Code("111026", "DCM", "Horizontal Pixel Spacing"),
    Code("111066", "DCM", "Vertical Pixel Spacing"),
)
_THICKNESS = Code("112225", "DCM", "Slice Thickness")
_POSITION = tuple(
    Code(str(110901 + number), "DCM", f"Image Position (Patient) {axis}") for number, axis in enumerate("XYZ")
)
_ORIENTATION = tuple(
    Code(str(110904 + number), "DCM", f"Image Orientation (Patient) {axis}")
    for number, axis in enumerate(("Row X", "Row Y", "Row Z", "Column X", "Column Y", "Column Z"))
)


def library(images: Iterable[Dataset], modality: Callable[[str], Code]) -> bytes:
    """Return the library of some images, a content item of a report.

    Args:
        images: Their headers, reduced (`headers.about`).
        modality: Returns the modality of a SOP class.

    Raises:
        TypeError: if what should be a number is none.
    """
    groups: dict[tuple[str, str], list[bytes]] = defaultdict(list)
    for image in images:
        found = modality(image.SOPClassUID)
        groups[found.value, image.get("FrameOfReferenceUID", "")].append(_entry(image, found))
    whole = element(0x0040A050, "CS", b"CONTINUOUS")
    inner = (content(_PART, "CONTAINER", _GROUP, whole, sequence(_CONTENT, one)) for one in groups.values())
    return content(_PART, "CONTAINER", _LIBRARY, whole, sequence(_CONTENT, inner))


def _entry(image: Dataset, modality: Code) -> bytes:
    return item(
        sequence(0x00081199, [_reference(image)]),
        element(0x0040A010, "CS", _PART.encode()),
        element(0x0040A040, "CS", b"IMAGE"),
        coded(0x0040A043, _SOURCE),
        sequence(_CONTENT, _described(image, modality)),
    )


def _reference(image: Dataset) -> bytes:
    return item(
        element(0x00081150, "UI", image.SOPClassUID.encode()), element(0x00081155, "UI", image.SOPInstanceUID.encode())
    )


def _described(image: Dataset, modality: Code) -> Iterator[bytes]:
    yield code(_CONTEXT, _MODALITY, modality)
    if "FrameOfReferenceUID" in image:
        yield content(_CONTEXT, "UIDREF", _FRAME, element(0x0040A124, "UI", image.FrameOfReferenceUID.encode()))
    yield _number(_ROWS, image.Rows, _PIXELS)
    yield _number(_COLUMNS, image.Columns, _PIXELS)
    if image.Modality:
        yield from _placed(image)


def _placed(image: Dataset) -> Iterator[bytes]:
    """Yield where in the patient an image lies; only images whose geometry is complete have a modality."""
    spacing, orientation, position = image.PixelSpacing, image.ImageOrientationPatient, image.ImagePositionPatient
    known = zip(
        (*_SPACINGS, _THICKNESS, *_POSITION),
        (spacing[1], spacing[0], image.SliceThickness, position[0], position[1], position[2]),
        strict=True,
    )
    directions = zip(_ORIENTATION, (orientation[number] for number in range(6)), strict=True)
    yield from (_number(name, value, _MM) for name, value in known)
    yield from (_number(name, value, _SHARE) for name, value in directions)


def _number(name: Code, value: object, unit: Code) -> bytes:
    if not isinstance(value, int | float):
        raise TypeError(f"{name.meaning} should be a number. Received: {type(value).__name__}")
    known = DS(value, auto_format=True)  # as the header writes it, or shortened to what the standard holds
    return number(name, value, unit, _CONTEXT, str(getattr(known, "original_string", known)))


def evidence(images: Sequence[Dataset]) -> bytes:
    """Return the evidence of a report, an element: its images by series; they are of one study."""
    series: dict[str, list[bytes]] = defaultdict(list)
    for image in images:
        series[image.SeriesInstanceUID].append(_reference(image))
    listed = (
        item(sequence(0x00081199, references), element(0x0020000E, "UI", name.encode()))
        for name, references in series.items()
    )
    study = element(0x0020000D, "UI", images[0].StudyInstanceUID.encode())
    return sequence(0x0040A375, [item(sequence(0x00081115, listed), study)])

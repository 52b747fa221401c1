"""A slice with boxes and grades drawn on it, as a DICOM Secondary Capture image that any viewer shows."""

from collections.abc import Iterator, Sequence
from functools import cache

import cv2
import numpy as np
from highdicom.sc import SCImage
from pydicom.dataset import Dataset
from pydicom.valuerep import DS

import discgrade
from discgrade.grading.discs import GradedDisc, GradedStudy, Source, Sources
from discgrade.grading.outputs.dicom import headers
from discgrade.grading.outputs.dicom.encoded import element
from discgrade.grading.outputs.dicom.files import Mould, elements, file_of, mould
from discgrade.grading.outputs.pages.pictures import Colours, Shown, shown_once
from discgrade.imaging.box import Box
from discgrade.imaging.upright import Letters
from discgrade.keyed import uid

SERIES_NUMBER = 9002
NOTICE = "Research only, not a medical device"

_PIXELS = 0x7FE00010
_SMALLEST = 512  # px of the longer side: below it, writing could not be read
_YELLOW, _WHITE, _BLACK = (255, 225, 90), (255, 255, 255), (0, 0, 0)
_FONT = cv2.FONT_HERSHEY_SIMPLEX
_EDGE, _FAINT = 4, 64  # px around letters, and ink that counts as none
_BRUSH = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (5, 5))


def overlays(study: GradedStudy, sources: Sources) -> Iterator[bytes]:
    """Yield the file of an image for each slice on which discs of a study lie, in the order of the discs."""
    places = dict.fromkeys(disc.place.image for disc in study.discs)
    return (_overlay(study, place, sources[place], number) for number, place in enumerate(places, 1))


def _overlay(study: GradedStudy, place: tuple[str, int], source: Source, number: int) -> bytes:
    image = shown_once(source)
    pixels = drawn(image, [disc for disc in study.discs if disc.place.image == place])
    made = Dataset()
    made.SeriesInstanceUID, made.InstanceNumber = headers.derived_uid(study, "overlay series"), number
    made.Rows, made.Columns = pixels.shape[:2]
    if image.spacing is not None:
        spacing = image.spacing / (pixels.shape[0] / image.grey.shape[0])
        made.PixelSpacing = [DS(spacing, auto_format=True)] * 2
    _describe(made, source, place[1], image.letters)
    own = elements(made) | {_PIXELS: element(_PIXELS, "OB", pixels.tobytes())}
    return file_of(_shared(), headers.derived_uid(study, "overlay", *place, repr(study.discs)), own)


def _describe(made: Dataset, source: Source, frame: int, sides: Letters) -> None:
    """Say which image it was drawn on, whose that is, and when that was."""
    when, whose = headers.moment(source.header), headers.about(source.header)
    made.StudyInstanceUID, made.StudyDate, made.StudyTime = whose.StudyInstanceUID, whose.StudyDate, whose.StudyTime
    headers.name(made, source.header, whose)
    made.PatientOrientation = [sides.right, sides.bottom] if sides.right and sides.bottom else None
    made.DateOfSecondaryCapture, made.TimeOfSecondaryCapture = when.date, when.time
    made.ContentDate, made.ContentTime = when.date, when.time
    origin = Dataset()
    origin.ReferencedSOPClassUID = headers.text(source.header, "SOPClassUID")
    origin.ReferencedSOPInstanceUID = headers.text(source.header, "SOPInstanceUID")
    frames = headers.frame_numbers(source, frame)
    if frames:
        origin.ReferencedFrameNumber = frames
    made.SourceImageSequence = [origin]


@cache
def _shared() -> Mould:
    """Let highdicom make an image that stands in for all."""
    made = SCImage(
        pixel_array=np.zeros((2, 2, 3), np.uint8),
        photometric_interpretation="RGB",
        bits_allocated=8,
        coordinate_system="PATIENT",
        study_instance_uid=uid("stand-in"),
        series_instance_uid=uid("stand-in"),
        series_number=SERIES_NUMBER,
        sop_instance_uid=uid("stand-in"),
        instance_number=1,
        manufacturer=headers.MAKER,
        manufacturer_model_name=headers.MAKER,
        software_versions=discgrade.__version__,
        patient_orientation=("P", "F"),
        series_description="Pfirrmann grades drawn (research only)",
        specific_character_set=headers.CHARACTERS,
    )
    made.BodyPartExamined, made.BurnedInAnnotation = "LSPINE", "NO"
    made.DerivationDescription = f"Boxes and Pfirrmann grades drawn. {NOTICE}"
    del made.PixelData
    headers.settle(made)
    return mould(made)


def drawn(image: Shown, discs: Sequence[GradedDisc]) -> Colours:
    """Return a slice with the boxes and grades of its discs; RGB, at least 512 px long."""
    scale = max(1, -(-_SMALLEST // max(image.grey.shape)))
    size = image.grey.shape[1] * scale, image.grey.shape[0] * scale
    grey = cv2.resize(image.grey, size, interpolation=cv2.INTER_CUBIC)
    picture = np.asarray(cv2.cvtColor(grey, cv2.COLOR_GRAY2RGB), np.uint8)
    for disc in discs:
        box = image.box(disc.place.box)
        _draw(picture, Box(box.x * scale, box.y * scale, box.width * scale, box.height * scale), disc)
    _write(picture, NOTICE, (8, size[1] - 10), _WHITE, 0.5 * _size(picture))
    return picture


def _draw(picture: Colours, box: Box, disc: GradedDisc) -> None:
    left, top, right, bottom = box.edges()
    cv2.rectangle(picture, (left, top), (right - 1, bottom - 1), _YELLOW, 1)
    size = 0.6 * _size(picture)
    words = f"{disc.place.level}  {disc.grade}" + (" ?" if disc.flags else "")
    (width, height), _ = cv2.getTextSize(words, _FONT, size, 1)
    rows, columns = picture.shape[:2]
    middle = min(max((top + bottom + height) // 2, height + _EDGE), rows - 2 * _EDGE)
    beside = left - width - 8 if left - width > 16 else max(min(right + 8, columns - width - 8), 0)
    _write(picture, words, (beside, middle), _YELLOW, size)


def _size(picture: Colours) -> float:
    return float(max(picture.shape) / 700)


def _write(picture: Colours, words: str, place: tuple[int, int], colour: tuple[int, int, int], size: float) -> None:
    """Write with a dark edge, so that it can be read on anything."""
    (width, height), below = cv2.getTextSize(words, _FONT, size, 1)
    left, top = max(place[0] - _EDGE, 0), max(place[1] - height - _EDGE, 0)
    part = picture[top : place[1] + below + _EDGE, left : place[0] + width + _EDGE]
    # The letters grown by two pixels: written bolder they would be wider, and stand out next to the bright ones.
    ink = np.zeros(part.shape[:2], np.uint8)
    cv2.putText(ink, words, (place[0] - left, place[1] - top), _FONT, size, 255, 1, cv2.LINE_AA)
    part[cv2.dilate(ink, _BRUSH) > _FAINT] = _BLACK
    cv2.putText(picture, words, place, _FONT, size, colour, 1, cv2.LINE_AA)

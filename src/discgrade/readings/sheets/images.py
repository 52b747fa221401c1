"""Whether each reading is of an image of the source, of its patient, of one frame, and of a part of it."""

from collections.abc import Callable, Iterator, Mapping, Sequence

from discgrade.imaging.header import Header, normalised
from discgrade.readings.sheets.faults import Fault
from discgrade.readings.sheets.numbers import number, whole
from discgrade.readings.sheets.sheet import Row

_LARGEST_ROI = 4  # times the slice
_OTHER_PLANES = ("axial", "coronal")


def image_faults(
    rows: Sequence[Row], images: Mapping[str, Header], patient_of: Callable[[Header], str]
) -> Iterator[Fault]:
    """Find readings of no image, of another plane, of another patient's image, of no frame, or of no part of it."""
    for row in rows:
        image = images.get(row.get("sop_instance_uid"))
        if image is None:
            reason = "no image of the source"
            yield _fault(row, "sop_instance_uid", "should be an image of the source", reason)
            continue
        if image.plane in _OTHER_PLANES:
            rule = f"should be a sagittal image. By its Image Orientation (0020,0037) it is {image.plane}"
            yield _fault(row, "sop_instance_uid", rule, f"{image.plane} image")
        patient = normalised(patient_of(image))
        if patient and normalised(row.get("patient_id")) != patient:
            yield _fault(row, "patient_id", "should be the patient of the image", "another patient's image")
        yield from _frame_faults(row, image)
        yield from _place_faults(row, image)


def _frame_faults(row: Row, image: Header) -> Iterator[Fault]:
    if image.frames > 1 and not row.get("frame"):
        yield _fault(row, "frame", f"should be given, since the image has {image.frames} frames: from 1", "no frame")
    elif (whole(row.get("frame"), 1) or 0) > max(image.frames, 1):
        yield _fault(row, "frame", "should be a frame of the image", "faulty frame")


def _place_faults(row: Row, image: Header) -> Iterator[Fault]:
    for start, extent, size in (("x", "width", image.columns), ("y", "height", image.rows)):
        low, length = number(row.get(start)), number(row.get(extent))
        if low is None or length is None or not size:
            continue
        if length > _LARGEST_ROI * size:
            yield _fault(row, extent, "should not be over four times the slice", f"faulty {extent}")
        if low >= size or low + length <= 0:
            rule = "should place the ROI on its slice, not wholly outside"
            yield _fault(row, start, rule, "region outside the slice")


def _fault(row: Row, column: str, rule: str, reason: str) -> Fault:
    return Fault(row.number, column, rule, row.as_given(column), reason)

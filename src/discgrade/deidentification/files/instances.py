"""The row of an exported file in `export.INSTANCES`, read from what was written."""

import hashlib
from collections.abc import Iterator
from contextlib import suppress
from typing import Any

import numpy as np
from pydicom.tag import Tag

from discgrade.deidentification.elements import raw
from discgrade.deidentification.elements.characteristics import years
from discgrade.deidentification.pixels.pixel_data import Pixels
from discgrade.imaging.scanners import tesla, usual_name

_SHARED, _PER_FRAME = 0x52009229, 0x52009230
_TEXTS = {
    name: int(Tag(keyword))
    for name, keyword in {
        "patient": "PatientID", "study_uid": "StudyInstanceUID", "series_uid": "SeriesInstanceUID",
        "sop_instance_uid": "SOPInstanceUID",
    }.items()
}  # fmt: skip
_DESCRIPTION, _MANUFACTURER, _SEX, _AGE, _FIELD = (
    int(Tag(keyword))
    for keyword in ("SeriesDescription", "Manufacturer", "PatientSex", "PatientAge", "MagneticFieldStrength")
)
_ROWS, _COLUMNS, _FRAMES = 0x00280010, 0x00280011, 0x00280008
_SPACING, ORIENTATION, _POSITION = 0x00280030, 0x00200037, 0x00200032
_ECHO_TIMES = tuple(int(Tag(keyword)) for keyword in ("EffectiveEchoTime", "EchoTime"))
_REPETITION_TIME = int(Tag("RepetitionTime"))
_BINARY = {"FL": "<f4", "FD": "<f8"}


def record(elements: raw.Item, content: bytes, image: Pixels) -> dict[str, Any]:
    """Return the row of an exported file, without its path.

    Args:
        elements: The written data set, read back.
        content: The whole written file.
        image: Its pixels.
    """
    spacing = first_frame_numbers(elements, _SPACING, 2)
    echo_times = (first_frame_numbers(elements, tag, 1) for tag in _ECHO_TIMES)
    return {
        **{name: raw.text(elements, tag) for name, tag in _TEXTS.items()},
        "frames": raw.number(elements, _FRAMES) or 1,
        "rows": raw.number(elements, _ROWS),
        "columns": raw.number(elements, _COLUMNS),
        "row_spacing": spacing[0] if spacing and min(spacing) > 0 else None,
        "column_spacing": spacing[1] if spacing and min(spacing) > 0 else None,
        "orientation": first_frame_numbers(elements, ORIENTATION, 6),
        "position": first_frame_numbers(elements, _POSITION, 3),
        "series_description": raw.text(elements, _DESCRIPTION) or None,
        "echo_time": next((time for time, *_ in filter(None, echo_times) if time > 0), None),
        "repetition_time": next(iter(first_frame_numbers(elements, _REPETITION_TIME, 1) or []), None),
        "manufacturer": usual_name(raw.text(elements, _MANUFACTURER)),
        "field_strength": next(map(tesla, first_frame_numbers(elements, _FIELD, 1) or []), None),
        "sex": raw.text(elements, _SEX) or None,
        "age": years(raw.text(elements, _AGE)),
        "pixel_digest": "" if image.blank else image.digest,
        "bytes": len(content),
        "digest": hashlib.sha256(content).hexdigest(),
    }


def first_frame_numbers(elements: raw.Item, tag: int, count: int) -> list[float] | None:
    """Return the numbers of an attribute of the image or of its first frame; None where there are not as many."""
    for item in _groups(elements):
        if tag in item:
            with suppress(ValueError):
                numbers = _numbers(item, tag)
                return numbers if len(numbers) == count else None
            return None
    return None


def _numbers(item: raw.Item, tag: int) -> list[float]:
    kind = item[tag].kind
    if kind in _BINARY:
        content = raw.little_endian(item[tag], kind)
        return [float(one) for one in np.frombuffer(content, _BINARY[kind])]
    return [float(part) for part in raw.text(item, tag).split("\\")]


def _groups(elements: raw.Item) -> Iterator[raw.Item]:
    """Yield what describes the first frame: its own macros, the shared ones (PS3.3 C.7.6.16), the data set."""
    for tag in (_PER_FRAME, _SHARED):
        for group in elements[tag].items[:1] if tag in elements else ():
            yield from (item for macro in group.values() for item in macro.items[:1])
    yield elements

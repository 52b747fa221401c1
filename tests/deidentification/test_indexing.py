"""The quick reading of headers says what a whole reading by pydicom says, on usual files and on odd ones."""

import hashlib
import io
import os
from pathlib import Path

import numpy as np
import pydicom
import pytest
from mr_files import mr_image, written
from pydicom.tag import Tag
from pydicom.uid import (
    UID,
    DeflatedExplicitVRLittleEndian,
    ExplicitVRBigEndian,
    ExplicitVRLittleEndian,
    ImplicitVRLittleEndian,
)

from discgrade.deidentification import indexing
from discgrade.deidentification.elements import raw
from discgrade.deidentification.files.contents import silence
from discgrade.deidentification.indexing import read_headers
from discgrade.imaging.dicom import geometry
from discgrade.imaging.header import Stamp

TEXTS = ("SOPInstanceUID", "StudyInstanceUID", "PatientID", "IssuerOfPatientID", "PatientName")
NUMBERS = ("Rows", "Columns", "NumberOfFrames")
ABSENT = ("",) * 8 + (0, 0, 1, "", 0)


def whole(content: bytes) -> tuple[object, ...]:
    """What pydicom finds when it reads all elements before the pixels."""
    try:
        with silence():
            bare = content[128:132] != b"DICM" and content[:2] in (b"\2\0", b"\x08\0", b"\0\x08")
            dataset = pydicom.dcmread(io.BytesIO(content), stop_before_pixels=True, force=bare)
            elements = raw.item(dataset)
    except Exception:
        return ABSENT
    texts = (raw.text(elements, Tag(name)) for name in TEXTS)
    birth, sex = (raw.text(elements, Tag(name)) for name in ("PatientBirthDate", "PatientSex"))
    with silence():
        lies = plane_of(dataset)
    rows, columns, frames = (raw.number(elements, Tag(name)) for name in NUMBERS)
    place = raw.text(elements, Tag("SeriesInstanceUID")), raw.number(elements, Tag("InstanceNumber"))
    born = birth if len(birth) == 8 and birth != "11111111" else ""
    return (*texts, born, sex, lies, rows, columns, frames or 1, *place)


def plane_of(dataset: pydicom.Dataset) -> str:
    """The plane by the greatest component of the normal, of the first frame."""
    orientation = geometry(dataset).orientation
    if orientation is None:
        return ""
    normal = np.abs(np.cross(orientation[:3], orientation[3:]))
    return ("sagittal", "coronal", "axial")[int(normal.argmax())]


def encoded(syntax: str = ExplicitVRLittleEndian, **attributes: object) -> bytes:
    """An MR image's file; a big-endian one has no pixels, which nobody swaps here."""
    image = mr_image(**attributes)
    if syntax == ExplicitVRBigEndian:
        del image.PixelData
    return written(image, UID(syntax))


def out_of_order(tag: bytes) -> bytes:
    """Move an element to the end, before the pixels."""
    content = encoded(PatientID="ID77", IssuerOfPatientID="CLINIC")
    start = content.index(tag, 132)
    end = start + 8 + int.from_bytes(content[start + 6 : start + 8], "little")
    pixels = content.index(b"\xe0\x7f\x10\x00", end)
    return content[:start] + content[end:pixels] + content[start:end] + content[pixels:]


def bare(content: bytes, preamble: bytes = b"") -> bytes:
    """Return the data set of a file without its file meta information."""
    return preamble + content[144 + int.from_bytes(content[140:144], "little") :]


FILES = {
    "without meta, implicit": bare(encoded(ImplicitVRLittleEndian, PatientID="ID5")),
    "without meta, explicit": bare(encoded(PatientID="ID5")),
    "without meta, big-endian": bare(encoded(ExplicitVRBigEndian, PatientID="ID5")),
    "without preamble": encoded(PatientID="ID5")[132:],
    "magic without meta": bare(encoded(PatientID="ID5"), bytes(128) + b"DICM"),
    "explicit": encoded(PatientID="ID1", IssuerOfPatientID="CLINIC"),
    "implicit": encoded(ImplicitVRLittleEndian, PatientID="ID2"),
    "big-endian": encoded(ExplicitVRBigEndian, PatientID="ID3"),
    "deflated": encoded(DeflatedExplicitVRLittleEndian),
    "frames": encoded(NumberOfFrames=7),
    "no patient": encoded(PatientID=""),
    "umlaut": encoded(SpecificCharacterSet="ISO_IR 192", PatientID="Größe-7"),
    "padded": encoded(PatientID="ID4 "),
    "patient last": out_of_order(b"\x10\x00\x20\x00LO"),
    "rows last": out_of_order(b"\x28\x00\x10\x00US"),
    "private syntax": encoded().replace(b"1.2.840.10008.1.2.1\0", b"1.2.3.4.5.6.7.8.9.10"),
    "implicit though called explicit": encoded(ImplicitVRLittleEndian).replace(
        b"\x14\x00" + b"1.2.840.10008.1.2\0", b"\x14\x00" + b"1.2.840.10008.1.2.1\0"
    ),
    "cut in the header": encoded()[:400],
    "cut in the meta group": encoded()[:150],
    "text": b"no DICOM",
    "empty": b"",
}


def test_the_files_tell_something():
    told = {name: whole(content) for name, content in FILES.items()}
    assert [name for name, found in told.items() if found == ABSENT] == ["cut in the meta group", "text", "empty"]
    assert told["patient last"][2:4] == ("ID77", "CLINIC")
    assert told["big-endian"][7:10] == ("sagittal", 16, 12)


@pytest.mark.parametrize("name", FILES)
def test_a_header_is_what_a_whole_reading_finds(name, tmp_path):
    (tmp_path / name).write_bytes(FILES[name])
    stamp = Stamp(name, len(FILES[name]))
    (header,) = read_headers(tmp_path, [stamp])
    assert (header.stamp, header[6:]) == (stamp, whole(FILES[name]))
    assert header.content in ("", hashlib.sha256(FILES[name]).hexdigest())
    assert (header.content == "") == (name in ("text", "empty"))


def test_many_files_are_read_side_by_side_in_order(tmp_path, monkeypatch):
    names = [f"{number:03d}" for number in range(20)]
    for name in names:
        (tmp_path / name).write_bytes(encoded(PatientID=f"ID{name}"))
    monkeypatch.setattr(indexing, "_FEW", 4)
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: {0, 1})
    stamps = [Stamp(name, 1) for name in [*names, "gone"]]
    found = read_headers(tmp_path, stamps)
    assert [one.patient for one in found] == [*(f"ID{name}" for name in names), ""]
    assert [one.stamp for one in found] == stamps


def test_real_headers_are_what_a_whole_reading_finds(real: Path):
    folder = real / "dicom_zoo"
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    stamps = [Stamp(str(path.relative_to(folder)), 0) for path in files]
    expected = [whole(path.read_bytes()) for path in files]
    assert sum(one != ABSENT for one in expected) > len(files) / 2
    assert [one[6:] for one in read_headers(folder, stamps)] == expected

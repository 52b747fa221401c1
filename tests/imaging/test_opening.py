"""The first bytes of a file decide whether it is read; nothing that is read or inflated is without bound."""

import io
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st
from mr_files import mr_image, settings, written
from pydicom.uid import DeflatedExplicitVRLittleEndian, ExplicitVRLittleEndian

from discgrade.deidentification.files import cleaning
from discgrade.deidentification.files.contents import RejectedError
from discgrade.imaging import opening


@pytest.mark.parametrize(
    ("head", "begins"),
    [
        (b"", False),
        (b"PK\3\4" + bytes(200), False),
        (bytes(512), False),
        (b"%PDF-1.4 \x08\0\x16\0", False),
        (bytes(128) + b"DICM", True),
        (b"any preamble".ljust(128) + b"DICM", True),
        (b"\x08\0\x05\0CS\x0a\0", True),
        (b"\0\x08\0\x05CS\0\x0a", True),
        (b"\x08\0\x08\0\x16\0\0\0", True),
        (b"\x08\0\0\0\4\0\0\0", True),
        (b"\2\0\0\0UL\4\0", True),
        (b"\x08\0\x08\0\xff\xff\xff\x7f", False),
        (b"\x08\0\x07\0XX\xff\xff", False),
    ],
)
def test_the_first_bytes_tell_dicom(head, begins):
    assert opening.begins_as_dicom(head) == begins


@given(st.text(max_size=300))
def test_no_text_is_taken_for_dicom(text):
    assert not opening.begins_as_dicom(("A" + text).encode())


def test_a_deflated_data_set_that_grows_without_end_is_rejected(monkeypatch):
    monkeypatch.setattr(opening, "LARGEST", 1 << 20)
    content = written(mr_image(), DeflatedExplicitVRLittleEndian)
    meta = content[: 144 + int.from_bytes(content[140:144], "little")]
    deflate = zlib.compressobj(wbits=-zlib.MAX_WBITS)
    bomb = meta + deflate.compress(b"\x08\0\x08\0UN\0\0\xff\xff\xff\x7f" + bytes(1 << 26)) + deflate.flush()
    assert len(bomb) < 1 << 20
    with pytest.raises(RejectedError, match="larger than"):
        cleaning.deidentify_file(bomb, settings(), {})
    assert cleaning.deidentify_file(content, settings(), {}).record["rows"] == 16


def test_the_transfer_syntax_is_the_named_one_or_that_of_the_data_set():
    content = written(mr_image(), ExplicitVRLittleEndian)
    bare = content[144 + int.from_bytes(content[140:144], "little") :]
    for one in (content, bare):
        assert opening.transfer_syntax(opening.read(io.BytesIO(one))) == ExplicitVRLittleEndian

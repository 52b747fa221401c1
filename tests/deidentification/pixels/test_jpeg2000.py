"""Of a JPEG 2000 codestream stays what decoding needs; a text that decoders skip goes, wherever it lies."""

import struct

import numpy as np
import pytest
from mr_files import mr_image, read, settings, written
from pydicom.encaps import encapsulate, generate_frames
from pydicom.uid import ExplicitVRLittleEndian, JPEG2000Lossless

from discgrade.deidentification.files import cleaning
from discgrade.deidentification.pixels.jpeg2000 import cut_jpeg2000, jpeg2000_precision

NAME = b"KOVACS ILONA 19650312"
SHAPE = (64, 48)


@pytest.fixture
def image():
    image = read(written(mr_image(Rows=64, Columns=48)))
    image.compress(JPEG2000Lossless, generate_instance_uid=False)
    return image


@pytest.fixture
def frame(image):
    return next(generate_frames(image.PixelData, number_of_frames=1))


def segment(marker: int, content: bytes) -> bytes:
    return struct.pack(">BBH", 0xFF, marker, 2 + len(content)) + content


def in_main_header(frame: bytes, added: bytes) -> bytes:
    at = frame.index(b"\xff\x90")
    return frame[:at] + added + frame[at:]


def in_tile_part(frame: bytes, added: bytes) -> bytes:
    at = frame.index(b"\xff\x90")
    length = struct.unpack_from(">I", frame, at + 6)[0] + len(added)
    return frame[: at + 6] + struct.pack(">I", length) + frame[at + 10 : at + 12] + added + frame[at + 12 :]


def lengthened(frame: bytes, marker: int) -> bytes:
    """Return a frame with a segment that holds more than its content says."""
    at = frame.index(bytes([0xFF, marker]), 2)
    length = struct.unpack_from(">H", frame, at + 2)[0]
    end = at + 2 + length
    return frame[: at + 2] + struct.pack(">H", length + len(NAME)) + frame[at + 4 : end] + NAME + frame[end:]


NEEDLESS = {
    "PRF": 0x56, "TLM": 0x55, "PLM": 0x57, "PLT": 0x58, "CPF": 0x59, "CRG": 0x63, "COM": 0x64, "CAP": 0x50,
}  # fmt: skip


@pytest.mark.parametrize("name", NEEDLESS)
def test_a_segment_that_decoding_does_not_need_goes_and_the_stream_stays(image, frame, name):
    changed = in_main_header(frame, segment(NEEDLESS[name], NAME))
    cut = cut_jpeg2000(changed, SHAPE)
    assert NAME in changed
    assert cut == cut_jpeg2000(frame, SHAPE)
    image.PixelData = encapsulate([cut])
    np.testing.assert_array_equal(image.pixel_array, read(written(mr_image(Rows=64, Columns=48))).pixel_array)


@pytest.mark.parametrize("name", ["PLT", "COM"])
def test_so_does_one_in_a_tile_part(frame, name):
    changed = in_tile_part(frame, segment(NEEDLESS[name], NAME))
    assert cut_jpeg2000(changed, SHAPE) == cut_jpeg2000(frame, SHAPE)


@pytest.mark.parametrize(
    "change",
    [
        lambda frame: in_main_header(frame, segment(0x5D, b"\5" + NAME)),  # QCC of a component that there is not
        lambda frame: in_main_header(frame, segment(0x53, b"\5" + NAME)),  # COC
        lambda frame: in_main_header(frame, segment(0x60, b"\0" + NAME)),  # PPM
        lambda frame: in_main_header(frame, segment(0x6F, NAME)),  # nobody knows
        lambda frame: lengthened(frame, 0x52),
        lambda frame: lengthened(frame, 0x5C),
        lambda frame: in_main_header(frame, frame[frame.index(b"\xff\x5c") : frame.index(b"\xff\x64")]),
        lambda frame: in_tile_part(frame, segment(0x5F, NAME)),  # POC
    ],
    ids=["QCC", "COC", "PPM", "unknown", "long COD", "long QCD", "two QCD", "POC"],
)
def test_a_stream_with_room_for_a_text_is_not_kept(frame, change):
    with pytest.raises(ValueError, match=r"need|longer|style|unknown"):
        cut_jpeg2000(change(frame), SHAPE)


def test_a_coding_style_of_a_component_that_there_is_not_is_stored_decoded(image, frame):
    pixels = image.pixel_array
    image.PixelData = encapsulate([in_main_header(frame, segment(0x53, b"\0\0" + frame_style(frame)))])
    result = read(cleaning.deidentify_file(written(image, JPEG2000Lossless), settings(), {}).content)
    assert result.file_meta.TransferSyntaxUID == ExplicitVRLittleEndian
    np.testing.assert_array_equal(result.pixel_array, pixels)


def frame_style(frame: bytes) -> bytes:
    """Return the part of COD that a COC of the only component repeats."""
    at = frame.index(b"\xff\x52")
    return frame[at + 9 : at + 14]


def test_the_precision_is_the_streams(frame):
    assert jpeg2000_precision(cut_jpeg2000(frame, SHAPE)) == 12

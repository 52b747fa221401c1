"""Comments are cut out of JPEG-family streams; the decoders see the same pixels."""

import struct

import cv2
import numpy as np
import pytest
from mr_files import mr_image, read, settings, written
from pydicom.dataset import Dataset
from pydicom.encaps import encapsulate, generate_frames
from pydicom.uid import (
    UID,
    ExplicitVRLittleEndian,
    JPEG2000Lossless,
    JPEGBaseline8Bit,
    JPEGLSLossless,
    RLELossless,
)

from discgrade.deidentification.files import cleaning
from discgrade.deidentification.files.contents import RejectedError
from discgrade.deidentification.pixels.codecs import cut_jpeg
from discgrade.deidentification.pixels.jpeg2000 import cut_jpeg2000

NAME = b"KOVACS ILONA 19650312"
COMMENT = b"\xff\xfe" + struct.pack(">H", len(NAME) + 2) + NAME
APPLICATION = b"\xff\xe1" + struct.pack(">H", len(NAME) + 2) + NAME
COMMENT_2000 = b"\xff\x64" + struct.pack(">HH", len(NAME) + 4, 1) + NAME


def compressed(syntax: UID, image: Dataset | None = None) -> tuple[Dataset, bytes]:
    """Return an image in a compressed transfer syntax, and its one frame."""
    image = read(written(image or mr_image(Rows=64, Columns=48)))
    if syntax == JPEGBaseline8Bit:
        image.BitsAllocated, image.BitsStored, image.HighBit = 8, 8, 7
        pixels = (np.arange(64 * 48) % 251).astype(np.uint8).reshape(64, 48)
        image.PixelData = encapsulate([cv2.imencode(".jpg", pixels)[1].tobytes()])
        image["PixelData"].VR = "OB"
        image.file_meta.TransferSyntaxUID = syntax
        image["PixelData"].is_undefined_length = True
    else:
        image.compress(syntax, generate_instance_uid=False)
    return image, next(generate_frames(image.PixelData, number_of_frames=1))


def with_frame(image: Dataset, frame: bytes) -> bytes:
    image.PixelData = encapsulate([frame])
    return written(image, image.file_meta.TransferSyntaxUID)


def in_tile_part(frame: bytes) -> bytes:
    """Put a comment into the header of the first tile-part and set its length."""
    at = frame.index(b"\xff\x90")
    length = struct.unpack_from(">I", frame, at + 6)[0] + len(COMMENT_2000)
    return frame[: at + 6] + struct.pack(">I", length) + frame[at + 10 : at + 12] + COMMENT_2000 + frame[at + 12 :]


def after_size(frame: bytes) -> bytes:
    """Put a comment behind the SIZ segment of the main header."""
    end = 4 + struct.unpack_from(">H", frame, 4)[0]
    return frame[:end] + COMMENT_2000 + frame[end:]


def fixed_meta(content: bytes, name: str) -> bytes:
    """Return a file whose transfer syntax has another name, padded as a UID is."""
    start = content.index(b"\x02\0\x10\0UI")
    end = start + 8 + struct.unpack_from("<H", content, start + 6)[0]
    padded = name.encode() + b"\0" * (len(name) % 2)
    element = content[start : start + 6] + struct.pack("<H", len(padded)) + padded
    length = struct.unpack_from("<I", content, 140)[0] + len(element) - (end - start)
    return content[:140] + struct.pack("<I", length) + content[144:start] + element + content[end:]


WAYS = [
    (JPEGLSLossless, lambda frame: frame[:2] + COMMENT + APPLICATION + frame[2:]),
    (JPEGLSLossless, lambda frame: frame.rstrip(b"\0") + NAME),
    (JPEGBaseline8Bit, lambda frame: frame[:2] + COMMENT + APPLICATION + frame[2:]),
    (JPEGBaseline8Bit, lambda frame: frame.rstrip(b"\0") + NAME),
    (JPEG2000Lossless, after_size),
    (JPEG2000Lossless, in_tile_part),
    (JPEG2000Lossless, lambda frame: frame.rstrip(b"\0") + NAME),
]


@pytest.mark.parametrize(("syntax", "hide"), WAYS)
def test_what_is_hidden_in_a_stream_goes_and_the_pixels_stay(syntax, hide):
    image, frame = compressed(syntax)
    pixels = image.pixel_array
    content = with_frame(image, hide(frame))
    assert NAME in content
    result = cleaning.deidentify_file(content, settings(), {}).content
    assert NAME not in result
    assert read(result).file_meta.TransferSyntaxUID == syntax
    np.testing.assert_array_equal(read(result).pixel_array, pixels)


def test_a_stream_without_comments_is_kept_byte_by_byte():
    _, frame = compressed(JPEGLSLossless)
    assert cut_jpeg(frame, (64, 48), ls=True) == frame.rstrip(b"\0")


def test_comments_that_an_encoder_writes_go_too():
    _, frame = compressed(JPEG2000Lossless)
    assert b"OpenJPEG" in frame
    assert b"OpenJPEG" not in cut_jpeg2000(frame, (64, 48))


def test_run_length_encoding_has_no_comments_but_may_have_a_tail():
    image, frame = compressed(RLELossless)
    pixels = image.pixel_array
    result = cleaning.deidentify_file(with_frame(image, frame + NAME + b"!"), settings(), {}).content
    assert NAME not in result
    assert read(result).file_meta.TransferSyntaxUID == ExplicitVRLittleEndian
    np.testing.assert_array_equal(read(result).pixel_array, pixels)


def box(kind: bytes, content: bytes) -> bytes:
    """Return a box of the JP2 file format (ISO 15444-1 I.4)."""
    return struct.pack(">I4s", 8 + len(content), kind) + content


def test_a_stream_in_a_container_is_stored_decoded():
    image, frame = compressed(JPEG2000Lossless)
    pixels = image.pixel_array
    header = box(b"ihdr", struct.pack(">IIHBBBB", 64, 48, 1, 11, 7, 1, 0)) + box(
        b"colr", struct.pack(">BBBI", 1, 0, 0, 17)
    )
    kind = box(b"jP  ", b"\r\n\x87\n") + box(b"ftyp", b"jp2 \0\0\0\0jp2 ")
    wrapped = kind + box(b"jp2h", header) + box(b"xml ", NAME) + box(b"jp2c", frame)
    content = cleaning.deidentify_file(with_frame(image, wrapped), settings(), {}).content
    result = read(content)
    assert NAME not in content
    assert result.file_meta.TransferSyntaxUID == ExplicitVRLittleEndian
    np.testing.assert_array_equal(result.pixel_array, pixels)


@pytest.mark.parametrize("syntax", [JPEGLSLossless, JPEGBaseline8Bit, JPEG2000Lossless])
def test_a_truncated_stream_is_rejected(syntax):
    image, frame = compressed(syntax)
    with pytest.raises(RejectedError, match=r"truncated|decoded"):
        cleaning.deidentify_file(with_frame(image, frame[: len(frame) // 2]), settings(), {})


@pytest.mark.parametrize("cut", [cut_jpeg, cut_jpeg2000])
@pytest.mark.parametrize(
    "stream", [b"", b"\xff", b"\xff\xd8", b"\xff\x4f\xff\x90", b"\xff\xd8\xff\xda\0\x02ab", b"text"]
)
def test_bytes_that_are_no_stream_raise(cut, stream):
    with pytest.raises(ValueError, match=r"\w"):
        cut(stream, (64, 48))


@pytest.mark.parametrize("syntax", [JPEGLSLossless, JPEGBaseline8Bit, JPEG2000Lossless])
def test_a_stream_of_another_size_is_rejected_before_it_is_decoded(syntax):
    image, frame = compressed(syntax)
    image.Rows = 60
    with pytest.raises(RejectedError, match="pixels cannot be decoded"):
        cleaning.deidentify_file(with_frame(image, frame), settings(), {})


def test_a_name_behind_the_coded_pixels_goes_and_the_pixels_stay():
    """A decoder stops when it has all pixels; what lies between them and the end marker is not read."""
    image, frame = compressed(JPEGBaseline8Bit, mr_image(Rows=64, Columns=48, PatientName="Lindgren^Astrid"))
    content = with_frame(image, frame[: frame.rindex(b"\xff\xd9")] + b"LINDGREN\xff\xd9")
    result = cleaning.deidentify_file(content, settings(), {}).content
    assert b"LINDGREN" not in result
    np.testing.assert_array_equal(read(result).pixel_array, image.pixel_array)


def test_a_jpeg_stream_with_an_unknown_segment_is_rejected():
    """GDCM aborts over some of them, and with it the whole shard would end."""
    image, frame = compressed(JPEGBaseline8Bit)
    content = with_frame(image, frame[:2] + b"\xff\x02\x00\x0aLINDGREN" + frame[2:])
    with pytest.raises(RejectedError, match="cannot be decoded"):
        cleaning.deidentify_file(content, settings(), {})


def sixteen_bits(syntax: UID, cells: np.ndarray, **changes: object) -> bytes:
    """Return a file that says Bits Stored 12 of a stream that an encoder gave all 16 bits of its cells."""
    image = read(written(mr_image(Rows=64, Columns=48, BitsStored=16, HighBit=15, **changes)))
    image.PixelData = cells.astype("<u2").tobytes()
    image.compress(syntax, generate_instance_uid=False)
    image.BitsStored, image.HighBit = 12, 11
    image.add_new(0x60000100, "US", 16)
    image.add_new(0x60000102, "US", 14)
    return written(image, syntax)


@pytest.mark.parametrize("syntax", [JPEGLSLossless, JPEG2000Lossless])
def test_an_overlay_in_a_stream_of_more_bits_than_stored_goes(syntax):
    stored = np.random.default_rng(1).integers(0, 4000, (64, 48))
    result = read(cleaning.deidentify_file(sixteen_bits(syntax, stored | (stored % 2 << 14)), settings(), {}).content)
    assert result.file_meta.TransferSyntaxUID == ExplicitVRLittleEndian
    np.testing.assert_array_equal(np.frombuffer(result.PixelData, "<u2").reshape(64, 48), stored)


@pytest.mark.parametrize("syntax", [JPEGLSLossless, JPEG2000Lossless])
def test_a_stream_of_more_bits_than_stored_without_any_in_them_is_stored_decoded(syntax):
    stored = np.random.default_rng(1).integers(0, 4000, (64, 48))
    result = read(cleaning.deidentify_file(sixteen_bits(syntax, stored), settings(), {}).content)
    assert result.file_meta.TransferSyntaxUID == ExplicitVRLittleEndian
    np.testing.assert_array_equal(result.pixel_array, stored)


@pytest.mark.parametrize("syntax", [JPEGLSLossless, JPEG2000Lossless])
def test_a_plane_that_nothing_declares_in_a_stream_of_more_bits_rejects_the_file(syntax):
    stored = np.random.default_rng(1).integers(0, 4000, (64, 48))
    with pytest.raises(RejectedError, match="values beyond Bits Stored"):
        cleaning.deidentify_file(sixteen_bits(syntax, stored | (stored % 2 << 13)), settings(), {})


def test_a_stream_of_fewer_bits_than_a_cell_keeps_its_values():
    image = read(written(mr_image(Rows=64, Columns=48, BitsStored=8, HighBit=7, BitsAllocated=8)))
    stored = np.random.default_rng(1).integers(0, 250, (64, 48))
    image.PixelData = stored.astype(np.uint8).tobytes()
    image.compress(JPEG2000Lossless, generate_instance_uid=False)
    image.BitsAllocated, image.BitsStored, image.HighBit = 16, 12, 11
    exported = cleaning.deidentify_file(written(image, JPEG2000Lossless), settings(), {})
    np.testing.assert_array_equal(read(exported.content).pixel_array, stored)
    decoded = read(written(mr_image(Rows=64, Columns=48)))
    decoded.PixelData = stored.astype("<u2").tobytes()
    native = cleaning.deidentify_file(written(decoded), settings(), {})
    assert exported.record["pixel_digest"] == native.record["pixel_digest"]


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("1.2.840.10008.1.2.4.92", "no decoder here for JPEG 2000 Part 2 Multi-component Image Compression"),
        ("1.2.840.10008.1.2.4.102", "no decoder here for MPEG-4 AVC/H.264 High Profile / Level 4.1"),
        ("1.2.840.10008.1.2.4.110", "no decoder here for 1.2.840.10008.1.2.4.110"),
        ("1.2.3.4.5.6.7.8.9.10.11", "no decoder here for a private transfer syntax"),
        ("1.2.840.10008.1.2.4.51", r"pixels cannot be decoded: JPEG Extended \(Process 2 and 4\)"),
    ],
)
def test_a_codec_that_nobody_here_decodes_is_named(name, reason):
    image, frame = compressed(JPEG2000Lossless)
    content = fixed_meta(with_frame(image, frame), name)
    with pytest.raises(RejectedError, match=f"^{reason}"):
        cleaning.deidentify_file(content, settings(), {})


def test_tables_that_no_scan_uses_go():
    image, frame = compressed(JPEGBaseline8Bit)
    text = (NAME * 4)[:64]
    unused = b"\xff\xdb" + struct.pack(">HB", 67, 3) + text
    coder = b"\xff\xc4" + struct.pack(">HB", 19 + len(NAME), 3) + bytes([0] * 7 + [len(NAME)] + [0] * 8) + NAME
    content = with_frame(image, frame[:2] + unused + coder + frame[2:])
    result = cleaning.deidentify_file(content, settings(), {}).content
    assert NAME not in result
    assert read(result).file_meta.TransferSyntaxUID == JPEGBaseline8Bit
    np.testing.assert_array_equal(read(result).pixel_array, image.pixel_array)


@pytest.mark.parametrize(
    "segment",
    [
        b"\xff\xf8" + struct.pack(">HBBB", 5 + len(NAME), 2, 1, 1) + NAME,
        b"\xff\xf8" + struct.pack(">HB5H", 13 + len(NAME), 1, 4095, 18, 67, 276, 64) + NAME,
        b"\xff\xc4" + struct.pack(">HB", 2 + 1 + len(NAME), 0) + NAME,
        b"\xff\xdd" + struct.pack(">HH", 4 + len(NAME), 0) + NAME,
    ],
    ids=["colours", "longer than thresholds", "coder of another codec", "longer than an interval"],
)
def test_a_ls_stream_with_room_for_a_text_is_rejected(segment):
    image, frame = compressed(JPEGLSLossless)
    with pytest.raises(RejectedError, match="pixels cannot be decoded: JPEG-LS"):
        cleaning.deidentify_file(with_frame(image, frame[:2] + segment + frame[2:]), settings(), {})

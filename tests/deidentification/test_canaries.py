"""Nothing that identifies anybody is left of files that are full of it, and no image is lost."""

import struct
import warnings

import numpy as np
import pytest
from canaries import PLACES, SYNTAXES, Canaries, element, table_file, with_elements
from mr_files import deidentified, enhanced_mr_image, mr_image, read, settings, written
from pydicom.dataset import Dataset
from pydicom.sequence import Sequence
from pydicom.uid import ExplicitVRLittleEndian, ImplicitVRLittleEndian

from discgrade.deidentification.files import cleaning
from discgrade.deidentification.files.contents import RejectedError

NAME = "CANARY99991"


def exported(content: bytes) -> bytes:
    return cleaning.deidentify_file(content, settings(), {}).content


def image_pixels() -> np.ndarray:
    return read(written(mr_image())).pixel_array


@pytest.mark.parametrize("syntax", SYNTAXES)
@pytest.mark.parametrize("place", PLACES)
def test_no_attribute_of_the_table_leaks(place, syntax):
    canaries = Canaries()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        content = table_file(place, SYNTAXES[syntax], canaries)
    assert len(canaries.planted) > 600
    if syntax != "deflated":
        assert len(canaries.found(content)) > 0.97 * len(canaries.planted)
    result = exported(content)
    assert canaries.found(result) == []
    np.testing.assert_array_equal(read(result).pixel_array, read(content).pixel_array)


def test_private_blocks_leave_nothing():
    image = mr_image()
    for group in (0x0009, 0x0019, 0x0029, 0x2001, 0x7FE1):
        block = image.private_block(group, "CANARYMAKER", create=True)
        block.add_new(0x01, "LO", NAME)
        block.add_new(0x02, "OB", NAME.encode())
        block.add_new(0x03, "PN", NAME)
    result = exported(written(image))
    assert NAME.encode() not in result
    assert b"CANARYMAKER" not in result


@pytest.mark.parametrize("tag", [0x00081115, 0x00091010, 0x0008114A])
def test_sequences_hidden_as_unknown_leave_nothing(tag):
    item = element(0x00100010, "PN", NAME.encode())
    hidden = b"\xfe\xff\x00\xe0" + struct.pack("<I", len(item)) + item
    image = with_elements({0x00090010: element(0x00090010, "LO", b"ACME"), tag: element(tag, "UN", hidden)})
    assert NAME.encode() in image
    assert NAME.encode() not in exported(image)


@pytest.mark.parametrize(
    ("tag", "representation"),
    [
        (0x00180081, "LO"),
        (0x00080008, "LO"),
        (0x00080070, "PN"),
        (0x00080060, "SH"),
        (0x00200011, "LT"),
        (0x00180050, "OB"),
        (0x00180081, "DS"),
        (0x00200013, "IS"),
        (0x00080020, "DA"),
        (0x00080022, "DA"),
        (0x00101010, "AS"),
        (0x00100040, "CS"),
        (0x00180015, "CS"),
        (0x00080060, "CS"),
        (0x00180020, "CS"),
        (0x00181250, "SH"),
        (0x00180024, "SH"),
        (0x00080070, "LO"),
        (0x00081090, "LO"),
        (0x0008103E, "LO"),
        (0x00281054, "LO"),
        (0x00181020, "LO"),
        (0x00200052, "UI"),
        (0x00080018, "UI"),
        (0x00189087, "FD"),
    ],
)
def test_a_name_in_the_wrong_place_goes(tag, representation):
    image = with_elements({tag: element(tag, representation, NAME.encode())})
    assert NAME.encode() in image
    assert NAME.encode() not in exported(image)


@pytest.mark.parametrize("tag", [0x00080018, 0x0020000D, 0x0020000E])
def test_an_image_without_a_proper_uid_is_rejected(tag):
    image = with_elements({tag: element(tag, "LO", NAME.encode())})
    with pytest.raises(RejectedError, match="without SOP, study or series instance UID"):
        exported(image)


def test_text_behind_a_number_goes():
    image = with_elements({0x00180081: element(0x00180081, "DS", b"102.0\0" + NAME.encode())})
    result = exported(image)
    assert NAME.encode() not in result
    assert read(result).EchoTime is None  # Type 2


def test_a_text_spelled_in_binary_numbers_goes():
    image = with_elements({0x00189327: element(0x00189327, "FD", b"ILONAKOV")})
    assert b"ILONAKOV" not in exported(image)


def test_a_surname_that_fits_a_coded_string_goes():
    assert "BodyPartExamined" not in deidentified(mr_image(BodyPartExamined="HORVATH"))
    assert deidentified(mr_image(ImageType=["ORIGINAL", "PRIMARY", "HORVATH"])).ImageType[2] == "OTHER"


@pytest.mark.parametrize(
    ("charset", "encoding", "name", "parts"),
    [
        ("ISO_IR 192", "utf-8", "Wang^XiaoDong=王^小东", ["Wang", "王", "小东"]),
        ("ISO_IR 101", "iso8859_2", "Łukasiewicz^Żaneta", ["Łukasiewicz", "Żaneta"]),
        ("ISO_IR 144", "iso8859_5", "Люксембург", ["Люксембург"]),
        (["", "ISO 2022 IR 87"], "iso2022_jp", "Yamada^Tarou=山田^太郎", ["Yamada", "山田"]),
    ],
)
def test_names_in_any_character_set_go_from_descriptions_too(charset, encoding, name, parts):
    image = mr_image(
        SpecificCharacterSet=charset,
        PatientName=name,
        InstitutionName=None,
        ReferringPhysicianName=None,
        SeriesDescription=f"t2_tse_sag {name}",
        PatientComments=name,
    )
    result = exported(written(image))
    for part in parts:
        assert part.encode(encoding) not in result
        assert part.encode() not in result
    assert read(result).SeriesDescription == "t2_tse_sag"


def test_file_meta_preamble_and_tail_leave_nothing():
    image = mr_image()
    content = written(image)
    image.file_meta.SourceApplicationEntityTitle = NAME
    image.file_meta.SendingApplicationEntityTitle = NAME
    image.file_meta.PrivateInformationCreatorUID = "1.2.3"
    image.file_meta.PrivateInformation = NAME.encode()
    image.file_meta.ImplementationVersionName = NAME
    content = rewritten(image, preamble=(NAME.encode() * 12)[:128])
    content += element(0xFFFCFFFC, "OB", NAME.encode()) + NAME.encode()
    result = exported(content)
    assert NAME.encode() not in result
    assert result[:132] == bytes(128) + b"DICM"


def rewritten(image: Dataset, preamble: bytes) -> bytes:
    import io

    import pydicom

    sink = io.BytesIO()
    image.preamble = preamble
    pydicom.dcmwrite(sink, image, enforce_file_format=True)
    return sink.getvalue()


def test_bytes_behind_the_image_go():
    image = mr_image()
    image.PixelData += NAME.encode() + b"!"
    result = exported(written(image))
    assert NAME.encode() not in result
    np.testing.assert_array_equal(read(result).pixel_array, image_pixels())


def test_overlays_curves_and_icons_go():
    image = mr_image()
    image.add_new(0x60003000, "OB", NAME.encode() + b"!")
    image.add_new(0x60004000, "LT", NAME)
    image.add_new(0x50003000, "OW", NAME.encode() + b"!")
    icon = Dataset()
    icon.PixelData = NAME.encode() + b"!"
    icon["PixelData"].VR = "OB"
    image.IconImageSequence = Sequence([icon])
    assert NAME.encode() not in exported(written(image))


def test_overlays_in_unused_bits_of_the_pixels_go():
    image = mr_image()
    clean = np.frombuffer(image.PixelData, "<u2")
    image.PixelData = (clean | (np.arange(clean.size, dtype="<u2") % 2 << 15)).tobytes()
    for group in (0x6000, 0x6002):
        image.add_new(group << 16 | 0x0100, "US", 16)
        image.add_new(group << 16 | 0x0102, "US", 15)
    np.testing.assert_array_equal(deidentified(image).pixel_array.ravel(), clean)


def test_a_deep_sequence_is_cleaned_and_kept():
    source, purpose = Dataset(), Dataset()
    purpose.CodeValue, purpose.CodingSchemeDesignator, purpose.CodeMeaning = "121322", "DCM", NAME
    source.ReferencedSOPClassUID, source.ReferencedSOPInstanceUID = "1.2.840.10008.5.1.4.1.1.4", "1.2.3.4.5.1.1.7"
    source.PurposeOfReferenceCodeSequence = Sequence([purpose])
    source.PatientName = NAME
    derivation = Dataset()
    derivation.SourceImageSequence, derivation.DerivationDescription = Sequence([source]), NAME
    result = deidentified(mr_image(DerivationImageSequence=Sequence([derivation])))
    kept = result.DerivationImageSequence[0].SourceImageSequence[0]
    assert kept.ReferencedSOPInstanceUID == settings().pseudonyms.uid("1.2.3.4.5.1.1.7")
    assert kept.PurposeOfReferenceCodeSequence[0].CodeMeaning == "Source image for image processing operation"
    assert NAME not in str(result)


def test_a_local_code_goes():
    code = Dataset()
    code.CodeValue, code.CodingSchemeDesignator, code.CodeMeaning = "KOVACS", "99LOCAL", "MR of Ilona"
    result = deidentified(mr_image(ProcedureCodeSequence=Sequence([code])))
    assert "ProcedureCodeSequence" not in result


@pytest.mark.parametrize("frames", ["", "0"])
def test_an_image_of_no_frames_has_one(frames):
    result = deidentified(mr_image(NumberOfFrames=frames))
    assert "NumberOfFrames" not in result
    assert result.pixel_array.shape == (16, 12)


def test_functional_groups_keep_their_frames():
    result = deidentified(enhanced_mr_image())
    positions = [
        frame.PlanePositionSequence[0].ImagePositionPatient for frame in result.PerFrameFunctionalGroupsSequence
    ]
    assert positions == [[4, -132, 132], [8, -132, 132]]
    assert "FrameComments" not in result.PerFrameFunctionalGroupsSequence[0].FrameContentSequence[0]
    assert result.AcquisitionDateTime == "19000101000000"
    assert result.DeviceSerialNumber.startswith("D")


def test_nothing_is_left_of_an_implicit_sequence_in_an_explicit_file():
    item = struct.pack("<HHI", 0x0010, 0x0010, 12) + NAME.encode() + b" "
    sequence = b"\xfe\xff\x00\xe0" + struct.pack("<I", len(item)) + item
    image = with_elements({0x00089124: element(0x00089124, "SQ", sequence)})
    assert NAME.encode() not in exported(image)


@pytest.mark.parametrize("syntax", [ExplicitVRLittleEndian, ImplicitVRLittleEndian])
def test_an_export_is_stable_under_de_identification(syntax):
    first = deidentified(mr_image(), syntax)
    second = read(exported(exported(written(mr_image(), syntax))))
    assert [element.tag for element in first] == [element.tag for element in second]
    changed = {element.keyword for element in first if element != second[element.tag]}
    assert changed == {
        "SOPInstanceUID", "StudyInstanceUID", "SeriesInstanceUID", "FrameOfReferenceUID", "PatientName", "PatientID",
        "StudyDate", "SeriesDate", "AcquisitionDate", "ContentDate",
    }  # fmt: skip


@pytest.mark.parametrize("signed", [0, 1])
def test_what_is_hidden_in_unused_bits_does_not_leave(signed):
    image = mr_image(PixelRepresentation=signed)
    clean = np.frombuffer(image.PixelData, "<u2")
    hidden = np.resize(np.frombuffer(b"IN THE BITS", np.uint8) >> 4, clean.size).astype("<u2") << 12
    image.PixelData = (clean | hidden).tobytes()
    with pytest.raises(RejectedError, match="values beyond Bits Stored"):
        exported(written(image))


@pytest.mark.parametrize(
    ("tag", "representation", "value"),
    [
        (0x00200013, "IS", b"47110815"),
        (0x00200013, "IS", b"471108"),
        (0x00280030, "DS", b"1\\471108.0"),
        (0x0008103E, "LO", b"t2 4 7 1"),
        (0x00181020, "LO", b"47.11.08"),
        (0x00209157, "UL", struct.pack("<I", 471108)),
        (0x00189087, "FD", struct.pack("<d", 471108)),
    ],
)
def test_a_patients_number_in_any_notation_goes_and_the_image_stays(tag, representation, value):
    image = with_elements({tag: element(tag, representation, value), 0x00100020: element(0x00100020, "LO", b"471108")})
    result = exported(image)
    assert tag not in read(result) or read(result)[tag].value in (None, "", "t2 4 7 1")


def test_an_identity_removed_by_another_tool_loses_no_image():
    image = enhanced_mr_image(InstitutionName="REMOVED", Manufacturer="REMOVED")
    assert deidentified(image).Manufacturer == "REMOVED"


def test_an_old_uid_in_another_place_rejects_the_file():
    with pytest.raises(RejectedError, match="own values"):
        exported(written(mr_image(SoftwareVersions="1.2.3.4", FrameOfReferenceUID="1.2.3.4")))

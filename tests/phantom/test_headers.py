"""The phantom's headers, against DICOM PS3.3 and PS3.5 and as another reader sees them."""

import shutil
import subprocess

import numpy as np
import pydicom
import pytest
from pydicom.uid import MRImageStorage

# PS3.3 table A.4-1: attributes of the mandatory modules of MR Image Storage that must have a value (type 1) ...
WITH_VALUE = """
    SOPClassUID SOPInstanceUID StudyInstanceUID SeriesInstanceUID FrameOfReferenceUID Modality
    InstanceNumber PixelSpacing ImageOrientationPatient ImagePositionPatient
    SamplesPerPixel PhotometricInterpretation Rows Columns BitsAllocated BitsStored HighBit PixelRepresentation
    ImageType ScanningSequence SequenceVariant PixelData
"""
# ... and those that must be present (type 2).
PRESENT = """
    PatientName PatientID PatientBirthDate PatientSex StudyDate StudyTime ReferringPhysicianName StudyID
    AccessionNumber SeriesNumber PositionReferenceIndicator Manufacturer SliceThickness
    ScanOptions MRAcquisitionType RepetitionTime EchoTime EchoTrainLength PatientPosition
"""


@pytest.fixture(params=["SIEMENS", "Philips Medical Systems", "GE MEDICAL SYSTEMS"])
def image(made, request):
    """An image of each manufacturer."""
    return next(image for image in made.images.values() if image.Manufacturer == request.param)


def test_required_attributes_are_there(made):
    for image in made.images.values():
        assert [name for name in WITH_VALUE.split() if not image.get(name) and image.get(name) != 0] == []
        assert [name for name in PRESENT.split() if name not in image] == []


def test_files_are_mr_images_in_part_10_format(made):
    for image in made.images.values():
        assert image.SOPClassUID == image.file_meta.MediaStorageSOPClassUID == MRImageStorage
        assert image.SOPInstanceUID == image.file_meta.MediaStorageSOPInstanceUID


def test_values_keep_to_their_representations(made, monkeypatch):
    monkeypatch.setattr(pydicom.config.settings, "reading_validation_mode", pydicom.config.RAISE)
    for path in (made.folder / "export").rglob("*"):
        if path.is_file():
            for element in pydicom.dcmread(path).iterall():
                assert element.value is not NotImplemented


@pytest.mark.skipif(not shutil.which("dciodvfy"), reason="dicom3tools is not installed")
def test_another_validator_finds_no_error(image):
    check = subprocess.run(["dciodvfy", "-new", image.filename], check=False, capture_output=True, text=True)
    assert [line for line in check.stderr.splitlines() if line.startswith("Error")] == []


def test_identifiers_are_unique_and_a_study_has_one_patient(made):
    images = list(made.images.values())
    assert len({image.filename for image in images}) == len(images)
    studies = {(image.StudyInstanceUID, image.PatientID, image.SeriesInstanceUID) for image in images}
    assert len(studies) == len({study for study, *_ in studies}) == len({patient for _, patient, _ in studies}) == 12


def test_each_manufacturer_stores_grey_values_in_its_own_way(made):
    formats = {
        image.Manufacturer: (image.BitsStored, image.PixelRepresentation, "RescaleSlope" in image)
        for image in made.images.values()
    }
    assert formats == {
        "SIEMENS": (12, 0, False),
        "Philips Medical Systems": (12, 0, True),
        "GE MEDICAL SYSTEMS": (16, 1, False),
    }


def test_pixels_fill_a_part_of_twelve_bits(image):
    pixels = image.pixel_array
    assert pixels.shape == (image.Rows, image.Columns)
    assert pixels.min() >= 0
    assert 400 < np.percentile(pixels, 99.9) < 4096


def test_private_blocks_have_creators_and_name_somebody(image):
    private = [element for element in image.iterall() if element.tag.is_private]
    assert {element.VR for element in private if element.tag.is_private_creator} == {"LO"}
    family = str(image.PatientName).split("^")[0]
    staff = str(image.get("PerformingPhysicianName")).split("^")[0]
    texts = [e.value.decode("utf-8", "ignore") if isinstance(e.value, bytes) else str(e.value) for e in private]
    assert any(family in text or staff in text for text in texts)


def test_names_survive_their_character_set(made):
    sets = {image.SpecificCharacterSet for image in made.images.values()}
    assert sets == {"ISO_IR 100", "ISO_IR 101"}
    assert not any("?" in str(image.PatientName) + image.InstitutionName for image in made.images.values())


def test_the_age_is_the_one_that_the_birth_date_gives(made):
    for image in made.images.values():
        birth, study = image.PatientBirthDate, image.StudyDate
        years = int(study[:4]) - int(birth[:4]) - (study[4:] < birth[4:])
        assert image.PatientAge == f"{years:03d}Y"

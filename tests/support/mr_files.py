"""MR images with invented identities, as bytes of DICOM files."""

import io
from pathlib import Path

import numpy as np
import pydicom
from pydicom import config
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.sequence import Sequence
from pydicom.uid import UID, ExplicitVRBigEndian, ExplicitVRLittleEndian

from discgrade.deidentification.elements import profile, vocabulary
from discgrade.deidentification.files import cleaning
from discgrade.deidentification.identity import keys
from discgrade.deidentification.identity.pseudonyms import Pseudonyms

MR_IMAGE, ENHANCED_MR = UID(profile.MR_IMAGE), UID(profile.ENHANCED_MR)

# Attributes of an MR image that an analysis may need: every one of them survives.
IMAGING = {
    "ImageType": ["ORIGINAL", "PRIMARY", "M", "ND"],
    "Modality": "MR",
    "Manufacturer": "SIEMENS",
    "ManufacturerModelName": "Avanto",
    "SoftwareVersions": "syngo MR B17",
    "SeriesDescription": "t2_tse_sag_384",
    "ProtocolName": "t2_tse_sag_384",
    "PatientSex": "F",
    "PatientAge": "054Y",
    "BodyPartExamined": "LSPINE",
    "ScanningSequence": "SE",
    "SequenceVariant": ["SK", "SP"],
    "ScanOptions": "FS",
    "MRAcquisitionType": "2D",
    "SequenceName": "*tse2d1_17",
    "AngioFlag": "N",
    "SliceThickness": "4.0",
    "RepetitionTime": "3500.0",
    "EchoTime": "102.0",
    "InversionTime": "150",
    "NumberOfAverages": "2",
    "ImagingFrequency": "63.676543",
    "ImagedNucleus": "1H",
    "EchoNumbers": "1",
    "MagneticFieldStrength": "1.5",
    "SpacingBetweenSlices": "4.4",
    "NumberOfPhaseEncodingSteps": "384",
    "EchoTrainLength": "17",
    "PercentSampling": "100",
    "PercentPhaseFieldOfView": "100",
    "PixelBandwidth": "190",
    "ReconstructionDiameter": "280",
    "ReceiveCoilName": "SpineMatrix",
    "TransmitCoilName": "Body",
    "AcquisitionMatrix": [0, 384, 384, 0],
    "InPlanePhaseEncodingDirection": "ROW",
    "FlipAngle": "150",
    "VariableFlipAngleFlag": "N",
    "SAR": "1.2",
    "dBdt": "0",
    "PatientPosition": "HFS",
    "SeriesNumber": "3",
    "AcquisitionNumber": "1",
    "InstanceNumber": "8",
    "ImagePositionPatient": ["0.0", "-132.0", "132.0"],
    "ImageOrientationPatient": ["0", "1", "0", "0", "0", "-1"],
    "SliceLocation": "0.0",
    "TemporalPositionIdentifier": "1",
    "NumberOfTemporalPositions": "1",
    "ImagesInAcquisition": "15",
    "SamplesPerPixel": 1,
    "PhotometricInterpretation": "MONOCHROME2",
    "Rows": 16,
    "Columns": 12,
    "PixelSpacing": ["0.6875", "0.6875"],
    "BitsAllocated": 16,
    "BitsStored": 12,
    "HighBit": 11,
    "PixelRepresentation": 0,
    "SmallestImagePixelValue": 0,
    "LargestImagePixelValue": 4000,
    "WindowCenter": "700",
    "WindowWidth": "1500",
    "RescaleIntercept": "0",
    "RescaleSlope": "2.479",
    "RescaleType": "US",
    "LossyImageCompression": "00",
}
IDENTITY = {
    "SpecificCharacterSet": "ISO_IR 192",
    "PatientName": "Kovács^Ilona",
    "PatientID": "004711-K",
    "PatientBirthDate": "19650312",
    "AccessionNumber": "ACC8812345",
    "ReferringPhysicianName": "Horváth^Béla^^Dr",
    "InstitutionName": "Szent Imre Kórház",
    "StudyDate": "20190530",
    "SeriesDate": "20190530",
    "AcquisitionDate": "20190531",
    "ContentDate": "20190531",
    "StudyTime": "235512",
    "StudyID": "S-99123",
    "StudyInstanceUID": "1.2.3.4.5.1",
    "SeriesInstanceUID": "1.2.3.4.5.1.1",
    "SOPInstanceUID": "1.2.3.4.5.1.1.8",
    "FrameOfReferenceUID": "1.2.3.4.5.1.9",
}


def mr_image(**changes: object) -> Dataset:
    """Return an MR image with an identity; None removes an attribute."""
    dataset = Dataset()
    dataset.SOPClassUID = MR_IMAGE
    with config.disable_value_validation():
        for keyword, value in (IDENTITY | IMAGING | changes).items():
            if value is not None:
                setattr(dataset, keyword, value)
    seed = sum(map(ord, str(dataset.get("SOPInstanceUID"))))
    pixels = np.random.default_rng(seed).integers(0, 4000, (int(dataset.Rows), int(dataset.Columns)), np.uint16)
    dataset.PixelData = pixels.tobytes()
    dataset["PixelData"].VR = "OW"
    return dataset


def enhanced_mr_image(**changes: object) -> Dataset:
    """Return an Enhanced MR image of two frames."""
    dataset = mr_image(SOPClassUID=ENHANCED_MR, NumberOfFrames=2, DeviceSerialNumber="68377", **changes)
    dataset.AcquisitionDateTime = "20190531000112.5"
    dataset.ContentTime = "000500"
    dataset.PixelData *= 2
    for keyword in ("PixelSpacing", "ImageOrientationPatient", "ImagePositionPatient", "SliceThickness"):
        delattr(dataset, keyword)
    shared, measures, plane = Dataset(), Dataset(), Dataset()
    measures.PixelSpacing, measures.SliceThickness = IMAGING["PixelSpacing"], "4.0"
    plane.ImageOrientationPatient = IMAGING["ImageOrientationPatient"]
    shared.PixelMeasuresSequence, shared.PlaneOrientationSequence = Sequence([measures]), Sequence([plane])
    dataset.SharedFunctionalGroupsSequence = Sequence([shared])
    dataset.PerFrameFunctionalGroupsSequence = Sequence([_frame(number) for number in (1, 2)])
    return dataset


def _frame(number: int) -> Dataset:
    frame, position, content = Dataset(), Dataset(), Dataset()
    position.ImagePositionPatient = [str(4 * number), "-132", "132"]
    content.FrameAcquisitionDateTime = "20190531000112.5"
    content.StackID, content.InStackPositionNumber, content.FrameComments = "1", number, "frame of Kovács"
    frame.PlanePositionSequence, frame.FrameContentSequence = Sequence([position]), Sequence([content])
    return frame


def written(dataset: Dataset, syntax: UID = ExplicitVRLittleEndian, preamble: bytes = bytes(128)) -> bytes:
    """Return a data set as the bytes of a DICOM file."""
    dataset.file_meta = FileMetaDataset()
    dataset.file_meta.TransferSyntaxUID = syntax
    dataset.file_meta.MediaStorageSOPClassUID = dataset.SOPClassUID
    dataset.file_meta.MediaStorageSOPInstanceUID = dataset.get("SOPInstanceUID", "1.2.3")
    dataset.preamble = preamble
    sink = io.BytesIO()
    little = dataset.get("PixelData")
    if syntax == ExplicitVRBigEndian and little:
        dataset.PixelData = np.frombuffer(little, "<u2").astype(">u2").tobytes()
    with config.disable_value_validation():
        pydicom.dcmwrite(sink, dataset, enforce_file_format=True)
    if little:
        dataset.PixelData = little
    return sink.getvalue()


def read(content: bytes) -> pydicom.FileDataset:
    return pydicom.dcmread(io.BytesIO(content))


def settings(seed: int = 1, words: frozenset[str] = frozenset(), **options: bool) -> cleaning.Settings:
    allowed = vocabulary.words("description") | words
    return cleaning.Settings(Pseudonyms(keys.seeded(seed)), profile.Options(**options), allowed)


def write_images(folder: Path, images: dict[str, Dataset]) -> Path:
    """Write data sets as files below a folder and return it."""
    for name, image in images.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(written(image))
    return folder


def deidentified(dataset: Dataset, syntax: UID = ExplicitVRLittleEndian, **options: bool) -> pydicom.FileDataset:
    """De-identify a data set as the file it would be, and read the result."""
    return read(cleaning.deidentify_file(written(dataset, syntax), settings(**options), {}).content)

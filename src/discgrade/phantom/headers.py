"""DICOM files of MR Image Storage (PS3.3 A.4); people, hospitals and devices are invented."""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray
from pydicom.charset import convert_encodings
from pydicom.dataset import Dataset, FileDataset, FileMetaDataset
from pydicom.filebase import DicomBytesIO
from pydicom.filewriter import correct_ambiguous_vr, write_data_element, write_file_meta_info
from pydicom.tag import BaseTag
from pydicom.uid import UID, MRImageStorage

from discgrade.keyed import uid
from discgrade.phantom.manufacturers import Manufacturer
from discgrade.phantom.people import Identity, plain
from discgrade.phantom.population import Patient
from discgrade.phantom.scanner import Scan


def instance_uid(patient: Patient, number: int) -> UID:
    """Return the SOP Instance UID of a patient's slice, numbered from 0."""
    return _uid(patient, "instance", number)


def _uid(patient: Patient, *what: str | int) -> UID:
    return UID(uid(patient.seed, patient.cohort, patient.index, *what))


def encoded_slices(
    patient: Patient, identity: Identity, scan: Scan, manufacturer: Manufacturer, stored: NDArray[np.uint16]
) -> Iterator[bytes]:
    """Yield the content of each slice's file; what all slices have in common is encoded once.

    Args:
        patient: Keys the identifiers.
        identity: Who the header says this is.
        scan: Geometry and settings.
        manufacturer: In whose manner to write.
        stored: Grey values below 4096, shape (slices, rows, columns).
    """
    series = _series(patient, identity, scan, manufacturer)
    common = _encoded(series, series)
    positions = voxels(scan)
    for number, pixels in enumerate(stored):
        instance = Dataset()
        instance.SOPInstanceUID = instance_uid(patient, number)
        instance.InstanceNumber = number + 1
        instance.ImagePositionPatient = [round(float(value), 4) for value in positions[number]]
        instance.SliceLocation = round(float(scan.positions[number]), 4)
        instance.add_new("PixelData", "OW", pixels.astype("<u2").tobytes())
        manufacturer.mark(instance, number, scan)
        series.file_meta.MediaStorageSOPInstanceUID = instance.SOPInstanceUID
        yield _file(series.file_meta, common | _encoded(instance, series))


def voxels(scan: Scan) -> NDArray[np.float64]:
    """Return the centres of the slices' first voxels (slices, 3): left, posterior, head, in mm."""
    row, column = np.reshape(scan.orientation, (2, 3))
    y, z = np.array(scan.centre) - (scan.matrix - 1) / 2 * scan.spacing
    corner = y * row + z * column
    voxels: NDArray[np.float64] = corner - np.outer(scan.positions, np.cross(row, column))
    return voxels


def _encoded(dataset: Dataset, series: FileDataset) -> dict[BaseTag, bytes]:
    """Encode each element by itself, in the character set and transfer syntax of a series."""
    correct_ambiguous_vr(dataset, True)
    encodings = convert_encodings(series.SpecificCharacterSet)
    result = {}
    for element in dataset:
        buffer = DicomBytesIO()
        buffer.is_little_endian, buffer.is_implicit_VR = True, series.file_meta.TransferSyntaxUID.is_implicit_VR
        write_data_element(buffer, element, encodings)
        result[element.tag] = buffer.getvalue()
    return result


def _file(meta: FileMetaDataset, elements: dict[BaseTag, bytes]) -> bytes:
    """Return a file (PS3.10 7.1): preamble, prefix, file meta information, and the elements in ascending order."""
    buffer = DicomBytesIO()
    write_file_meta_info(buffer, meta)
    return b"".join([bytes(128), b"DICM", buffer.getvalue(), *(elements[tag] for tag in sorted(elements))])


def _series(patient: Patient, identity: Identity, scan: Scan, manufacturer: Manufacturer) -> FileDataset:
    """Return what all slices of a series have in common."""
    rng = patient.generator("header")
    meta = FileMetaDataset()
    meta.MediaStorageSOPClassUID = MRImageStorage
    meta.TransferSyntaxUID = UID(str(rng.choice(manufacturer.syntaxes)))
    meta.ImplementationClassUID = UID(uid("implementation"))
    meta.ImplementationVersionName = "PHANTOM_1"
    meta.SourceApplicationEntityTitle = f"{plain(identity.hospital.town).upper()[:12]}_MR"
    dataset = FileDataset("", {}, file_meta=meta)
    dataset.SpecificCharacterSet = identity.hospital.charset
    dataset.SOPClassUID = MRImageStorage
    dataset.StudyInstanceUID = _uid(patient, "study")
    dataset.SeriesInstanceUID = _uid(patient, "series")
    dataset.FrameOfReferenceUID = _uid(patient, "frame of reference")
    _fill_person(dataset, identity)
    _fill_request(dataset, identity)
    _fill_times(dataset, identity, rng)
    _fill_image(dataset, scan)
    manufacturer.fill_series(dataset, identity, scan, rng)
    return dataset


def _fill_person(dataset: Dataset, identity: Identity) -> None:
    dataset.PatientName, dataset.PatientID = identity.name, identity.patient_id
    dataset.PatientBirthDate, dataset.PatientSex = f"{identity.birth:%Y%m%d}", identity.sex
    dataset.PatientAge = f"{identity.age:03d}Y"
    dataset.PatientWeight, dataset.PatientSize = identity.weight, identity.size
    dataset.PatientAddress, dataset.PatientTelephoneNumbers = identity.address, identity.phone
    dataset.PatientComments = f"{identity.name.replace('^', ' ')}, tel. {identity.phone}"
    dataset.ReferringPhysicianName = identity.referrer
    dataset.PerformingPhysicianName = identity.physician
    dataset.OperatorsName = identity.operator


def _fill_request(dataset: Dataset, identity: Identity) -> None:
    hospital = identity.hospital
    dataset.InstitutionName, dataset.InstitutionAddress = hospital.name, f"{hospital.street}, {hospital.town}"
    dataset.AccessionNumber, dataset.StudyID = identity.accession, identity.accession[-5:]
    dataset.StudyDescription = hospital.spine
    request = Dataset()
    request.RequestedProcedureDescription = f"{hospital.spine} {identity.name.split('^')[0]}"
    request.RequestedProcedureID = identity.accession
    request.ScheduledProcedureStepID = "SPS1"
    dataset.RequestAttributesSequence = [request]


def _fill_times(dataset: Dataset, identity: Identity, rng: np.random.Generator) -> None:
    start = int(rng.integers(7 * 60, 20 * 60))
    for name, minutes in {"Study": 0, "Series": 6, "Acquisition": 7, "Content": 11}.items():
        hour, minute = divmod(start + minutes, 60)
        setattr(dataset, f"{name}Date", f"{identity.study_date:%Y%m%d}")
        setattr(dataset, f"{name}Time", f"{hour:02d}{minute:02d}{rng.integers(60):02d}.{rng.integers(10**6):06d}")


def _fill_image(dataset: Dataset, scan: Scan) -> None:
    dataset.Modality, dataset.BodyPartExamined = "MR", "LSPINE"
    dataset.PatientPosition, dataset.PositionReferenceIndicator = "HFS", ""
    dataset.MRAcquisitionType, dataset.AcquisitionNumber = "2D", 1
    dataset.SliceThickness, dataset.SpacingBetweenSlices = scan.thickness, scan.gap
    dataset.ImageOrientationPatient = list(scan.orientation)
    dataset.PixelSpacing = [scan.spacing, scan.spacing]
    dataset.SamplesPerPixel, dataset.PhotometricInterpretation = 1, "MONOCHROME2"
    dataset.Rows = dataset.Columns = scan.matrix

"""DICOM data sets of MR Image Storage (PS3.3 A.4); people, hospitals and devices are invented."""

from collections.abc import Iterator
from io import BytesIO

import numpy as np
from numpy.typing import NDArray
from pydicom import dcmread, dcmwrite
from pydicom.dataset import Dataset, FileDataset, FileMetaDataset
from pydicom.uid import UID, MRImageStorage

from discgrade.imaging.phantom.keyed import uid
from discgrade.imaging.phantom.makers import Maker
from discgrade.imaging.phantom.people import Identity
from discgrade.imaging.phantom.population import Patient
from discgrade.imaging.phantom.scanner import Scan


def instance_uid(patient: Patient, number: int) -> str:
    """Return the SOP Instance UID of a patient's slice, numbered from 0."""
    return uid(patient.seed, patient.cohort, patient.index, "instance", number)


def data_sets(
    patient: Patient, identity: Identity, scan: Scan, maker: Maker, stored: NDArray[np.uint16]
) -> Iterator[FileDataset]:
    """Yield the data set of each slice; the same object each time, so write it before asking for the next.

    Args:
        patient: Keys the identifiers.
        identity: Who the header says this is.
        scan: Geometry and settings.
        maker: In whose manner to write.
        stored: Grey values below 4096, shape (slices, rows, columns).
    """
    dataset = _encoded(_study(patient, identity, scan, maker))
    positions = _positions(scan)
    for number, pixels in enumerate(stored):
        instance = instance_uid(patient, number)
        dataset.file_meta.MediaStorageSOPInstanceUID = UID(instance)
        dataset.SOPInstanceUID = UID(instance)
        dataset.InstanceNumber = number + 1
        dataset.ImagePositionPatient = [round(float(value), 4) for value in positions[number]]
        dataset.SliceLocation = round(float(scan.positions[number]), 4)
        maker.mark_slice(dataset, number, scan)
        dataset.add_new("PixelData", "OW", pixels.tobytes())
        yield dataset


def _encoded(dataset: FileDataset) -> FileDataset:
    """Return a data set whose elements are already encoded, so that they are not encoded again for each slice."""
    buffer = BytesIO()
    dcmwrite(buffer, dataset)
    buffer.seek(0)
    return dcmread(buffer)


def _positions(scan: Scan) -> NDArray[np.float64]:
    """Return the centres of the first voxels (slices, 3): left, posterior, head, in mm."""
    row, column = np.reshape(scan.orientation, (2, 3))
    leftward = -np.cross(row, column)
    corner = (np.array(scan.centre)[:, None] - (scan.matrix - 1) / 2 * scan.spacing) * np.array([row, column])
    return corner.sum(axis=0) + scan.positions[:, None] * leftward


def _study(patient: Patient, identity: Identity, scan: Scan, maker: Maker) -> FileDataset:
    """Return what all slices of a series have in common."""
    rng = patient.generator("header")
    meta = FileMetaDataset()
    meta.MediaStorageSOPClassUID = MRImageStorage
    meta.MediaStorageSOPInstanceUID = UID(instance_uid(patient, 0))
    meta.TransferSyntaxUID = UID(maker.transfer_syntax(rng))
    meta.ImplementationClassUID = UID(uid("implementation"))
    meta.ImplementationVersionName = "PHANTOM_1"
    meta.SourceApplicationEntityTitle = identity.hospital.town.upper()[:12].encode("ascii", "replace").decode() + "_MR"
    dataset = FileDataset("", {}, file_meta=meta, preamble=b"\0" * 128)
    dataset.SpecificCharacterSet = identity.hospital.charset
    key = (patient.seed, patient.cohort, patient.index)
    for name in ("Study Instance", "Series Instance", "Frame of Reference"):
        setattr(dataset, f"{name.title().replace(' ', '')}UID", UID(uid(*key, name)))
    _fill_person(dataset, identity)
    _fill_times(dataset, identity, rng)
    _fill_image(dataset, scan)
    maker.fill_series(dataset, identity, scan, rng)
    return dataset


def _fill_person(dataset: Dataset, identity: Identity) -> None:
    hospital = identity.hospital
    dataset.PatientName, dataset.PatientID = identity.name, identity.patient_id
    dataset.PatientBirthDate, dataset.PatientSex = f"{identity.birth:%Y%m%d}", identity.sex
    dataset.PatientAge = f"{identity.age:03d}Y"
    dataset.PatientWeight, dataset.PatientSize = identity.weight, identity.size
    dataset.PatientAddress, dataset.PatientTelephoneNumbers = identity.address, identity.phone
    dataset.ReferringPhysicianName = identity.referrer
    dataset.PerformingPhysicianName = identity.physician
    dataset.OperatorsName = identity.operator
    dataset.InstitutionName = hospital.name
    dataset.InstitutionAddress = f"{hospital.street}, {hospital.town}"
    dataset.AccessionNumber = identity.accession
    dataset.StudyID = identity.accession[-5:]
    dataset.StudyDescription = hospital.spine
    dataset.PatientComments = f"{identity.name.replace('^', ' ')}, Tel. {identity.phone}"
    request = Dataset()
    request.RequestedProcedureDescription = f"{hospital.spine} {identity.name.split('^')[0]}"
    request.RequestedProcedureID = identity.accession
    request.ScheduledProcedureStepID = "SPS1"
    dataset.RequestAttributesSequence = [request]


def _fill_times(dataset: Dataset, identity: Identity, rng: np.random.Generator) -> None:
    day = f"{identity.study_date:%Y%m%d}"
    start = int(rng.integers(7 * 60, 20 * 60))
    for name, minutes in {"Study": 0, "Series": 6, "Acquisition": 7, "Content": 11}.items():
        hour, minute = divmod(start + minutes, 60)
        setattr(dataset, f"{name}Date", day)
        setattr(dataset, f"{name}Time", f"{hour:02d}{minute:02d}{rng.integers(60):02d}.{rng.integers(10**6):06d}")


def _fill_image(dataset: Dataset, scan: Scan) -> None:
    dataset.SOPClassUID = MRImageStorage
    dataset.Modality = "MR"
    dataset.PatientPosition = "HFS"
    dataset.PositionReferenceIndicator = ""
    dataset.BodyPartExamined = "LSPINE"
    dataset.MRAcquisitionType = "2D"
    dataset.AcquisitionNumber = 1
    dataset.SliceThickness = scan.thickness
    dataset.SpacingBetweenSlices = scan.gap
    dataset.ImageOrientationPatient = list(scan.orientation)
    dataset.PixelSpacing = [scan.spacing, scan.spacing]
    dataset.SamplesPerPixel = 1
    dataset.PhotometricInterpretation = "MONOCHROME2"
    dataset.Rows = dataset.Columns = scan.matrix
    dataset.BitsAllocated, dataset.BitsStored, dataset.HighBit, dataset.PixelRepresentation = 16, 12, 11, 0
    dataset.WindowCenter, dataset.WindowWidth = round(scan.gain * 0.45), round(scan.gain * 0.95)

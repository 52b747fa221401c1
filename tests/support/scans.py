"""Headers and small files of MR slices, as a scanner would write them."""

from pathlib import Path
from typing import Any

import numpy as np
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.uid import ExplicitVRLittleEndian, MRImageStorage

from discgrade.keyed import uid

SAGITTAL = (0.0, 1.0, 0.0, 0.0, 0.0, -1.0)
AXIAL = (1.0, 0.0, 0.0, 0.0, 1.0, 0.0)
CORONAL = (1.0, 0.0, 0.0, 0.0, 0.0, -1.0)


def header(number: int = 1, **changes: Any) -> Dataset:
    """Make the header of one slice of a sagittal T2 series of invented Erika Mustermann; None takes an element away.

    Args:
        number: Instance Number; slices lie 4.4 mm apart, the patient's right first.
        changes: Elements by keyword.
    """
    whose = [str(changes.get(name, "")) for name in ("PatientID", "StudyInstanceUID", "SeriesNumber")]
    values = {
        "SOPClassUID": MRImageStorage,
        "StudyInstanceUID": uid("study"),
        "SeriesInstanceUID": uid("series", *whose),
        "SeriesNumber": 3,
        "InstanceNumber": number,
        "Modality": "MR",
        "ImageType": ["ORIGINAL", "PRIMARY", "M"],
        "SeriesDescription": "t2_tse_sag",
        "BodyPartExamined": "LSPINE",
        "PatientName": "Mustermann^Erika",
        "PatientID": "4711815",
        "PatientBirthDate": "19500117",
        "StudyDate": "20190305",
        "ScanningSequence": "SE",
        "RepetitionTime": "3500",
        "EchoTime": "102",
        "SamplesPerPixel": 1,
        "PhotometricInterpretation": "MONOCHROME2",
        "Rows": 16,
        "Columns": 12,
        "BitsAllocated": 16,
        "BitsStored": 12,
        "HighBit": 11,
        "PixelRepresentation": 0,
        "PixelSpacing": [0.7, 0.7],
        "ImageOrientationPatient": list(SAGITTAL),
        "ImagePositionPatient": [-30.0 + 4.4 * number, -50.0, 60.0],
    } | changes
    dataset = Dataset()
    for keyword, value in values.items():
        if value is not None:
            setattr(dataset, keyword, value)
    dataset.SOPInstanceUID = changes.get("SOPInstanceUID", uid("image", dataset.SeriesInstanceUID, number))
    return dataset


def save(path: Path, dataset: Dataset, pixels: np.ndarray | None = None) -> Path:
    """Write a header with pixels (by default a ramp) as a DICOM file; returns the path."""
    shape = (int(dataset.get("NumberOfFrames") or 1), dataset.Rows, dataset.Columns)
    ramp = np.arange(int(np.prod(shape)), dtype=np.uint16) % 4096
    dataset.PixelData = (ramp if pixels is None else pixels).astype("<u2").tobytes()
    dataset["PixelData"].VR = "OW"
    dataset.file_meta = FileMetaDataset()
    dataset.file_meta.MediaStorageSOPClassUID = dataset.SOPClassUID
    dataset.file_meta.MediaStorageSOPInstanceUID = dataset.SOPInstanceUID
    dataset.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
    path.parent.mkdir(parents=True, exist_ok=True)
    dataset.save_as(path, enforce_file_format=True)
    return path


def series(folder: Path, slices: int = 3, **changes: Any) -> list[Path]:
    """Write a series of so many slices; returns the files."""
    number = changes.get("SeriesNumber", 3)
    return [save(folder / f"{number}-{one}.dcm", header(one, **changes)) for one in range(1, slices + 1)]

"""A volume as the DICOM image that it might have been, so that all that reads DICOM reads volumes too.

It is a Legacy Converted Enhanced MR Image (PS3.3 A.70): one frame a slice, upright, with its place in the patient. No
text of the file gets into it.
"""

import json
import math
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pydicom.dataset import Dataset, FileDataset, FileMetaDataset
from pydicom.uid import UID, ExplicitVRLittleEndian, LegacyConvertedEnhancedMRImageStorage

from discgrade import keyed
from discgrade.imaging.volumes.files import Volume, grey_range, read_planes, read_volume, stem
from discgrade.imaging.volumes.names import Name, read_name
from discgrade.imaging.volumes.planes import Planes

LEVELS = 65535

_LARGEST_SIDECAR = 1 << 20


@dataclass(frozen=True)
class Identifiers:
    """How a volume is called.

    Attributes:
        patient: Patient ID.
        study: Study Instance UID.
        series: Series Instance UID.
        instance: SOP Instance UID.
    """

    patient: str
    study: str
    series: str
    instance: str


@dataclass(frozen=True)
class Scan:
    """What is known of how a volume was scanned; None or empty where nothing is.

    Attributes:
        series: Words of a closed list for how it was weighted.
        echo_time: In ms.
        repetition_time: In ms.
        manufacturer: Usual name of the scanner's manufacturer.
        field_strength: In tesla.
        sex: F or M.
        age: In years.
    """

    series: str = ""
    echo_time: float | None = None
    repetition_time: float | None = None
    manufacturer: str | None = None
    field_strength: float | None = None
    sex: str | None = None
    age: int | None = None


def identifiers_of(path: str, name: Name) -> Identifiers:
    """Return identifiers that follow from where a file lies in its folder: the same wherever that folder is.

    Args:
        path: Relative to the folder of volumes.
        name: What its name says.
    """
    return Identifiers(
        patient=name.patient,
        study=keyed.uid("volume study", name.patient, name.session),
        series=keyed.uid("volume series", path),
        instance=keyed.uid("volume", path),
    )


def header_of(folder: Path, path: str) -> FileDataset:
    """Return a volume of a folder without its voxels.

    Raises:
        VolumeError: if it cannot be read as slices.
    """
    return _dataset(read_planes(folder / path), *_called(folder, path))


def dataset_of(folder: Path, path: str) -> FileDataset:
    """Return a volume of a folder with its voxels.

    Raises:
        VolumeError: if it cannot be read as slices.
    """
    return encoded(read_volume(folder / path), *_called(folder, path))


def _called(folder: Path, path: str) -> tuple[Identifiers, Scan]:
    name = read_name(path)
    return identifiers_of(path, name), sidecar(folder / path, name)


def sidecar(path: Path, name: Name) -> Scan:
    """Return what a BIDS sidecar (.json next to the volume) says of times and magnet; numbers alone are taken."""
    beside = path.with_name(f"{stem(path.name)}.json")
    said: dict[str, Any] = {}
    try:
        if beside.stat().st_size <= _LARGEST_SIDECAR:
            loaded = json.loads(beside.read_text("utf-8"))
            said = loaded if isinstance(loaded, dict) else {}
    except (OSError, ValueError):
        pass
    seconds = {key: _number(said.get(key)) for key in ("EchoTime", "RepetitionTime", "MagneticFieldStrength")}
    return Scan(
        series=name.series,
        echo_time=None if seconds["EchoTime"] is None else 1000 * seconds["EchoTime"],
        repetition_time=None if seconds["RepetitionTime"] is None else 1000 * seconds["RepetitionTime"],
        field_strength=seconds["MagneticFieldStrength"],
    )


def _number(value: Any) -> float | None:  # noqa: ANN401 - JSON
    number = float(value) if isinstance(value, int | float) and not isinstance(value, bool) else math.nan
    return number if math.isfinite(number) and number > 0 else None


def encoded(volume: Volume, called: Identifiers, scan: Scan) -> FileDataset:
    """Return a volume as a DICOM image.

    Whole numbers that lie within 65,536 of each other are stored as they are; others in as many even steps.

    Raises:
        VolumeError: if a voxel is no finite number, or all are alike.
    """
    stored, slope, intercept = _stored(volume.voxels)
    dataset = _dataset(volume.planes, called, scan)
    rescaling = Dataset()
    rescaling.RescaleIntercept, rescaling.RescaleSlope, rescaling.RescaleType = f"{intercept:.9g}", f"{slope:.9g}", "US"
    dataset.SharedFunctionalGroupsSequence[0].PixelValueTransformationSequence = [rescaling]
    dataset.BitsAllocated = dataset.BitsStored = 16
    dataset.HighBit, dataset.PixelRepresentation = 15, 0
    content = stored.astype("<u2").tobytes()
    dataset.add_new("PixelData", "OW", content)
    return dataset


def _stored(voxels: NDArray[Any]) -> tuple[NDArray[np.uint16], float, float]:
    """Return voxels as 16 bits, with slope and intercept as DICOM's decimal strings hold them."""
    low, high = grey_range(voxels)
    whole = voxels.dtype.kind in "iub" or (low.is_integer() and high.is_integer() and _is_whole(voxels))
    if whole and high - low <= LEVELS:
        base = 0.0 if low >= 0 and high <= LEVELS else low
        return (voxels - base).astype(np.uint16), 1.0, base
    intercept, slope = float(f"{low:.9g}"), float(f"{max(high - low, 1e-30) / LEVELS:.9g}")
    steps = np.rint((voxels.astype(np.float64) - intercept) / slope)
    return np.clip(steps, 0, LEVELS).astype(np.uint16), slope, intercept


def _is_whole(voxels: NDArray[Any]) -> bool:
    return all(bool((one == np.rint(one)).all()) for one in voxels)


def _dataset(planes: Planes, called: Identifiers, scan: Scan) -> FileDataset:
    meta = FileMetaDataset()
    meta.MediaStorageSOPClassUID, meta.MediaStorageSOPInstanceUID = (
        LegacyConvertedEnhancedMRImageStorage,
        UID(called.instance),
    )
    meta.TransferSyntaxUID = ExplicitVRLittleEndian
    dataset = FileDataset("", {}, file_meta=meta, preamble=bytes(128))
    dataset.SpecificCharacterSet, dataset.SOPClassUID, dataset.SOPInstanceUID = (
        "ISO_IR 192",
        LegacyConvertedEnhancedMRImageStorage,
        called.instance,
    )
    dataset.ImageType, dataset.Modality = ["ORIGINAL", "PRIMARY", "OTHER", "NONE"], "MR"
    dataset.PatientID, dataset.PatientName = called.patient, called.patient
    dataset.PatientIdentityRemoved = "NO"
    dataset.StudyInstanceUID, dataset.SeriesInstanceUID = called.study, called.series
    dataset.FrameOfReferenceUID = keyed.uid("volume frame", called.series)
    dataset.InstanceNumber = 1
    _fill_scan(dataset, scan)
    dataset.SamplesPerPixel, dataset.PhotometricInterpretation = 1, "MONOCHROME2"
    dataset.NumberOfFrames, dataset.Rows, dataset.Columns = len(planes.positions), planes.rows, planes.columns
    dataset.SharedFunctionalGroupsSequence = [_shared(planes)]
    dataset.PerFrameFunctionalGroupsSequence = [_frame(position) for position in planes.positions]
    return dataset


def _fill_scan(dataset: Dataset, scan: Scan) -> None:
    dataset.SeriesDescription = scan.series or None
    dataset.EchoTime, dataset.RepetitionTime = _decimal(scan.echo_time), _decimal(scan.repetition_time)
    dataset.MagneticFieldStrength, dataset.Manufacturer = _decimal(scan.field_strength), scan.manufacturer
    dataset.PatientSex = scan.sex
    if scan.age is not None:
        dataset.PatientAge = f"{scan.age:03d}Y"


def _shared(planes: Planes) -> Dataset:
    shared, measures, orientation = Dataset(), Dataset(), Dataset()
    measures.PixelSpacing = [_decimal(planes.row_spacing), _decimal(planes.column_spacing)]
    measures.SliceThickness = measures.SpacingBetweenSlices = _decimal(planes.gap)
    orientation.ImageOrientationPatient = [_decimal(one) for one in planes.orientation]
    shared.PixelMeasuresSequence, shared.PlaneOrientationSequence = [measures], [orientation]
    return shared


def _frame(position: NDArray[np.float64]) -> Dataset:
    frame, place = Dataset(), Dataset()
    place.ImagePositionPatient = [_decimal(float(one)) for one in position]
    frame.PlanePositionSequence = [place]
    return frame


def _decimal(value: float | None) -> str | None:
    """Return a number as a decimal string of at most 16 characters (PS3.5 6.2)."""
    return None if value is None else f"{value + 0.0:.9g}"

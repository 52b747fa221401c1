"""The manners of three scanner manufacturers: models, names, parameters, pixel formats and file names."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from pydicom.dataset import Dataset
from pydicom.uid import ExplicitVRLittleEndian, ImplicitVRLittleEndian

from discgrade.phantom import private_blocks
from discgrade.phantom.people import Identity, plain
from discgrade.phantom.population import Cohort
from discgrade.phantom.scanner import Scan


@dataclass(frozen=True)
class Manufacturer:
    """One manufacturer's way to write headers.

    Attributes:
        manufacturer: As in Manufacturer (0008,0070).
        models: Model and field strength in tesla.
        software: Software Versions.
        syntaxes: Transfer syntaxes of its files.
        image_type: Image Type.
        series: Series Descriptions to choose from.
        options: Scan Options.
        files: Pattern of file names.
        fill: Adds pixel format and private blocks to what all slices of a series share.
        mark: Adds the private elements of a slice.
    """

    manufacturer: str
    models: tuple[tuple[str, float], ...]
    software: str
    syntaxes: tuple[str, ...]
    image_type: tuple[str, ...]
    series: tuple[str, ...]
    options: str
    files: str
    fill: Callable[[Dataset, Identity, Scan, np.random.Generator], None]
    mark: Callable[[Dataset, int, Scan], None]

    def file_name(self, identity: Identity, number: int) -> str:
        """Return the name of the file of a slice, numbered from 1."""
        name = plain(identity.name).replace("^", "_").upper()
        return self.files.format(name=name, day=identity.study_date, number=number)

    def fill_series(self, dataset: Dataset, identity: Identity, scan: Scan, rng: np.random.Generator) -> None:
        """Add device, parameters, pixel format and private blocks to what all slices of a series share."""
        model, tesla = self.models[rng.integers(len(self.models))]
        dataset.Manufacturer, dataset.ManufacturerModelName = self.manufacturer, model
        dataset.DeviceSerialNumber = f"{rng.integers(20000, 70000)}"
        dataset.SoftwareVersions = self.software
        dataset.StationName = f"{plain(identity.hospital.town)[:3].upper()}MR{rng.integers(1, 4)}"
        dataset.ImageType = list(self.image_type)
        dataset.SeriesDescription = dataset.ProtocolName = str(rng.choice(self.series))
        dataset.SeriesNumber = int(rng.integers(2, 9))
        dataset.ScanningSequence, dataset.SequenceVariant, dataset.ScanOptions = "SE", "SK", self.options
        dataset.MagneticFieldStrength, dataset.ImagedNucleus = tesla, "1H"
        dataset.ImagingFrequency = round(42.577 * tesla, 4)
        dataset.RepetitionTime, dataset.EchoTime = int(rng.integers(2800, 4600)), int(rng.integers(85, 125))
        dataset.EchoTrainLength, dataset.EchoNumbers = int(rng.integers(15, 30)), 1
        dataset.NumberOfAverages, dataset.FlipAngle = int(rng.integers(1, 4)), int(rng.choice([90, 150, 160]))
        dataset.PixelBandwidth = int(rng.integers(130, 260))
        dataset.WindowCenter, dataset.WindowWidth = round(scan.gain * 0.45), round(scan.gain * 0.95)
        dataset.BitsAllocated, dataset.BitsStored, dataset.HighBit, dataset.PixelRepresentation = 16, 12, 11, 0
        self.fill(dataset, identity, scan, rng)


SIEMENS = Manufacturer(
    manufacturer="SIEMENS",
    models=(("Avanto", 1.5), ("Aera", 1.5), ("Skyra", 3.0), ("Verio", 3.0)),
    software="syngo MR B17",
    syntaxes=(ExplicitVRLittleEndian,),
    image_type=("ORIGINAL", "PRIMARY", "M", "ND"),
    series=("t2_tse_sag", "t2_tse_sag_320", "T2 TSE sag LWS"),
    options="PFP",
    files="{name}.MR.LWS.0003.{number:04d}.{day:%Y.%m.%d}.IMA",
    fill=private_blocks.siemens_series,
    mark=private_blocks.siemens_slice,
)
PHILIPS = Manufacturer(
    manufacturer="Philips Medical Systems",
    models=(("Achieva", 1.5), ("Intera", 1.5), ("Ingenia", 3.0)),
    software="3.2.1",
    syntaxes=(ExplicitVRLittleEndian,),
    image_type=("ORIGINAL", "PRIMARY", "M_SE", "M", "SE"),
    series=("T2W_TSE_SAG", "T2W_TSE SAG", "sT2W_TSE"),
    options="OTHER",
    files="IM_{number:04d}",
    fill=private_blocks.philips_series,
    mark=private_blocks.philips_slice,
)
GE = Manufacturer(
    manufacturer="GE MEDICAL SYSTEMS",
    models=(("Signa HDxt", 1.5), ("Optima MR450w", 1.5), ("DISCOVERY MR750", 3.0)),
    software="15\\LX\\MR Software release:15.0_M4",
    syntaxes=(ExplicitVRLittleEndian, ImplicitVRLittleEndian),
    image_type=("ORIGINAL", "PRIMARY", "OTHER"),
    series=("SAG T2 FSE", "Sag T2 FRFSE", "T2 SAG"),
    options="FAST_GEMS",
    files="i{number:06d}.MRDC.{number}",
    fill=private_blocks.ge_series,
    mark=private_blocks.ge_slice,
)


def draw_manufacturer(cohort: Cohort, rng: np.random.Generator) -> Manufacturer:
    """Draw a manufacturer; the supplemental cohort was scanned with one manufacturer's devices."""
    return SIEMENS if cohort == "supplemental" else (SIEMENS, PHILIPS, GE)[rng.integers(3)]

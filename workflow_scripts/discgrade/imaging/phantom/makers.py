"""The manners of three scanner makers: models, parameters, pixel formats and private blocks."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from pydicom.dataset import Dataset
from pydicom.uid import ExplicitVRLittleEndian, ImplicitVRLittleEndian

from discgrade.imaging.phantom.people import Identity
from discgrade.imaging.phantom.scanner import Scan

Fill = Callable[[Dataset, Identity, Scan, np.random.Generator], None]


@dataclass(frozen=True)
class Maker:
    """One maker's way to write headers.

    Attributes:
        manufacturer: As in Manufacturer (0008,0070).
        models: Model and field strength in tesla.
        syntaxes: Transfer syntaxes of its files.
        image_type: Value of Image Type (0008,0008).
        series: Series Description and Protocol Name.
        sequence: Scanning Sequence, Sequence Variant, Scan Options.
        software: Software version.
        files: Pattern of file names.
        fill: Adds pixel format, parameters and private blocks.
        mark: Adds the private elements of single slices.
    """

    manufacturer: str
    models: tuple[tuple[str, float], ...]
    syntaxes: tuple[str, ...]
    image_type: tuple[str, ...]
    series: tuple[str, ...]
    sequence: tuple[str, str, str]
    software: str
    files: str
    fill: Fill
    mark: Callable[[Dataset, int, Scan], None]

    def file_name(self, identity: Identity, number: int) -> str:
        """Return the name of the file of a slice, numbered from 1."""
        return self.files.format(name=identity.name.replace("^", "_").upper(), day=identity.study_date, number=number)

    def transfer_syntax(self, rng: np.random.Generator) -> str:
        """Draw a transfer syntax."""
        return str(rng.choice(self.syntaxes))

    def fill_series(self, dataset: Dataset, identity: Identity, scan: Scan, rng: np.random.Generator) -> None:
        """Add the series' elements."""
        dataset.Manufacturer = self.manufacturer
        model, tesla = self.models[rng.integers(len(self.models))]
        dataset.ManufacturerModelName, dataset.MagneticFieldStrength = model, tesla
        dataset.ImagingFrequency = round(42.577 * tesla, 4)
        dataset.ImagedNucleus = "1H"
        dataset.SoftwareVersions = self.software
        dataset.DeviceSerialNumber = f"{rng.integers(20000, 70000)}"
        dataset.StationName = f"{identity.hospital.town[:3].upper()}MR{rng.integers(1, 4)}".encode(
            "ascii", "replace"
        ).decode()
        dataset.ImageType = list(self.image_type)
        dataset.SeriesDescription = dataset.ProtocolName = str(rng.choice(self.series))
        dataset.SeriesNumber = int(rng.integers(2, 9))
        dataset.ScanningSequence, dataset.SequenceVariant, dataset.ScanOptions = self.sequence
        dataset.RepetitionTime = int(rng.integers(2800, 4600))
        dataset.EchoTime = int(rng.integers(85, 125))
        dataset.EchoTrainLength = int(rng.integers(15, 30))
        dataset.FlipAngle = int(rng.choice([90, 150, 160]))
        dataset.NumberOfAverages = int(rng.integers(1, 4))
        dataset.PixelBandwidth = int(rng.integers(130, 260))
        self.fill(dataset, identity, scan, rng)

    def mark_slice(self, dataset: Dataset, number: int, scan: Scan) -> None:
        """Add what differs between slices."""
        self.mark(dataset, number, scan)


def _siemens(dataset: Dataset, identity: Identity, scan: Scan, rng: np.random.Generator) -> None:
    dataset.SequenceName = "*tse2d1_17"
    csa = dataset.private_block(0x0029, "SIEMENS CSA HEADER", create=True)
    csa.add_new(0x08, "CS", "IMAGE NUM 4")
    csa.add_new(0x09, "LO", f"{identity.study_date:%Y%m%d}")
    csa.add_new(0x10, "OB", _csa(identity, rng))


def _siemens_slice(dataset: Dataset, number: int, scan: Scan) -> None:
    block = dataset.private_block(0x0051, "SIEMENS MR HEADER", create=True)
    block.add_new(0x0C, "LO", f"FoV {scan.matrix * scan.spacing:.0f}*{scan.matrix * scan.spacing:.0f}")
    block.add_new(0x0D, "SH", f"SP L{scan.positions[number]:.1f}")


def _csa(identity: Identity, rng: np.random.Generator) -> bytes:
    text = f'SV10\x04\x03\x02\x01<ParamString."tPatientName">{{"{identity.name}"}}'.encode()
    return text + rng.bytes(256 - len(text) % 2)


def _philips(dataset: Dataset, identity: Identity, scan: Scan, rng: np.random.Generator) -> None:
    slope = round(float(rng.uniform(0.4, 4)), 6)
    dataset.RescaleSlope, dataset.RescaleIntercept, dataset.RescaleType = slope, 0, "normalized"
    dataset.WindowCenter = round(scan.gain * 0.45 * slope)
    dataset.WindowWidth = round(scan.gain * 0.95 * slope)
    dataset.PresentationLUTShape = "IDENTITY"
    imaging = dataset.private_block(0x2001, "Philips Imaging DD 001", create=True)
    imaging.add_new(0x18, "SL", scan.slices)
    imaging.add_new(0xC8, "LO", f"{identity.physician.split('^')[0]} T2 LWS")
    scaling = dataset.private_block(0x2005, "Philips MR Imaging DD 001", create=True)
    scaling.add_new(0x0D, "FL", 0.0)
    scaling.add_new(0x0E, "FL", float(rng.uniform(0.001, 0.02)))


def _philips_slice(dataset: Dataset, number: int, scan: Scan) -> None:
    dataset.private_block(0x2001, "Philips Imaging DD 001").add_new(0x0A, "IS", number + 1)


def _ge(dataset: Dataset, identity: Identity, scan: Scan, rng: np.random.Generator) -> None:
    dataset.BitsStored, dataset.HighBit, dataset.PixelRepresentation = 16, 15, 1
    dataset.PixelPaddingValue = 0
    dataset.ReceiveCoilName = "8US CTL456"
    names = dataset.private_block(0x0009, "GEMS_IDEN_01", create=True)
    names.add_new(0x01, "LO", "GE_GENESIS_FF")
    names.add_new(0x02, "SH", identity.hospital.town[:8])
    names.add_new(0x27, "SL", int(rng.integers(2**30)))
    relations = dataset.private_block(0x0043, "GEMS_PARM_01", create=True)
    relations.add_new(0x2F, "SS", 0)


def _ge_slice(dataset: Dataset, number: int, scan: Scan) -> None:
    dataset.private_block(0x0019, "GEMS_ACQU_01", create=True).add_new(0x1A, "DS", f"{scan.positions[number]:.4f}")


SIEMENS = Maker(
    manufacturer="SIEMENS",
    models=(("Avanto", 1.5), ("Aera", 1.5), ("Skyra", 3.0), ("Verio", 3.0)),
    syntaxes=(ExplicitVRLittleEndian,),
    image_type=("ORIGINAL", "PRIMARY", "M", "ND"),
    series=("t2_tse_sag", "t2_tse_sag_320", "T2 TSE sag LWS"),
    sequence=("SE", "SK", "PFP"),
    software="syngo MR B17",
    files="{name}.MR.LWS.0003.{number:04d}.{day:%Y.%m.%d}.IMA",
    fill=_siemens,
    mark=_siemens_slice,
)
PHILIPS = Maker(
    manufacturer="Philips Medical Systems",
    models=(("Achieva", 1.5), ("Intera", 1.5), ("Ingenia", 3.0)),
    syntaxes=(ExplicitVRLittleEndian,),
    image_type=("ORIGINAL", "PRIMARY", "M_SE", "M", "SE"),
    series=("T2W_TSE_SAG", "T2W_TSE SAG", "sT2W_TSE"),
    sequence=("SE", "SK", "OTHER"),
    software="3.2.1",
    files="IM_{number:04d}",
    fill=_philips,
    mark=_philips_slice,
)
GE = Maker(
    manufacturer="GE MEDICAL SYSTEMS",
    models=(("Signa HDxt", 1.5), ("Optima MR450w", 1.5), ("DISCOVERY MR750", 3.0)),
    syntaxes=(ExplicitVRLittleEndian, ImplicitVRLittleEndian),
    image_type=("ORIGINAL", "PRIMARY", "OTHER"),
    series=("SAG T2 FSE", "Sag T2 FRFSE", "T2 SAG"),
    sequence=("SE", "SK", "FAST_GEMS"),
    software="15\\LX\\MR Software release:15.0_M4",
    files="i{number:06d}.MRDC.{number}",
    fill=_ge,
    mark=_ge_slice,
)


def draw_maker(cohort: str, rng: np.random.Generator) -> Maker:
    """Draw a maker; the supplemental cohort was scanned by one."""
    return SIEMENS if cohort == "supplemental" else (SIEMENS, PHILIPS, GE)[rng.integers(3)]

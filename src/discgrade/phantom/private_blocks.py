"""Pixel formats and private blocks as the three manufacturers write them; some name the patient or the staff."""

import numpy as np
from pydicom.dataset import Dataset

from discgrade.phantom.people import Identity
from discgrade.phantom.scanner import Scan


def siemens_series(dataset: Dataset, identity: Identity, scan: Scan, rng: np.random.Generator) -> None:
    """Write in the manner of Siemens: 12 bits without rescaling, and the protocol in the series' CSA header."""
    dataset.SequenceName = "*tse2d1_17"
    dataset.VariableFlipAngleFlag = "N"
    csa = dataset.private_block(0x0029, "SIEMENS CSA HEADER", create=True)
    csa.add_new(0x08, "CS", "IMAGE NUM 4")
    csa.add_new(0x09, "LO", f"{identity.study_date:%Y%m%d}")
    csa.add_new(0x10, "OB", _csa(rng, f"UsedPatientWeight {identity.weight:.0f}"))
    csa.add_new(0x18, "CS", "MR")
    csa.add_new(0x20, "OB", _csa(rng, f'tPatientName = "{identity.name}" tReferrer = "{identity.referrer}"'))
    medcom = dataset.private_block(0x0029, "SIEMENS MEDCOM HEADER2", create=True)
    medcom.add_new(0x60, "LO", "com")


def siemens_slice(dataset: Dataset, number: int, scan: Scan) -> None:
    """Add position and field of view as Siemens does."""
    side, position = scan.matrix * scan.spacing, scan.positions[number]
    block = dataset.private_block(0x0051, "SIEMENS MR HEADER", create=True)
    block.add_new(0x08, "CS", "IMAGE NUM 4")
    block.add_new(0x0B, "SH", f"{scan.matrix}*{scan.matrix}s")
    block.add_new(0x0C, "LO", f"FoV {side:.0f}*{side:.0f}")
    block.add_new(0x0D, "SH", f"SP {'L' if position >= 0 else 'R'}{abs(position):.1f}")
    block.add_new(0x0E, "LO", "Sag")


def _csa(rng: np.random.Generator, text: str) -> bytes:
    """Return the like of a CSA header: a magic word, readable parameters, binary filling; an even length."""
    content = b"SV10\x04\x03\x02\x01" + text.encode() + b"\0"
    return content + rng.bytes(320 - len(content))


def philips_series(dataset: Dataset, identity: Identity, scan: Scan, rng: np.random.Generator) -> None:
    """Write in the manner of Philips: 12 bits with a rescale slope, and names in the examination card."""
    slope = round(float(rng.uniform(0.4, 4)), 6)
    dataset.RescaleSlope, dataset.RescaleIntercept, dataset.RescaleType = slope, 0, "normalized"
    dataset.WindowCenter, dataset.WindowWidth = round(scan.gain * 0.45 * slope), round(scan.gain * 0.95 * slope)
    dataset.PresentationLUTShape = "IDENTITY"
    imaging = dataset.private_block(0x2001, "Philips Imaging DD 001", create=True)
    imaging.add_new(0x0B, "CS", "SAGITTAL")
    imaging.add_new(0x18, "SL", scan.slices)
    imaging.add_new(0xC8, "LO", f"LSPINE {identity.physician.split('^')[0]}")
    scaling = dataset.private_block(0x2005, "Philips MR Imaging DD 001", create=True)
    scaling.add_new(0x0D, "FL", 0.0)
    scaling.add_new(0x0E, "FL", 1 / (slope * scan.gain))
    item = Dataset()
    item.OperatorsName, item.PatientName = identity.operator, identity.name
    dataset.private_block(0x2005, "Philips MR Imaging DD 005", create=True).add_new(0x0F, "SQ", [item])


def philips_slice(dataset: Dataset, number: int, scan: Scan) -> None:
    """Add the slice's number as Philips does."""
    dataset.private_block(0x2001, "Philips Imaging DD 001", create=True).add_new(0x0A, "IS", number + 1)


def ge_series(dataset: Dataset, identity: Identity, scan: Scan, rng: np.random.Generator) -> None:
    """Write in the manner of GE: signed 16 bits, and the site in the first private block."""
    dataset.BitsStored, dataset.HighBit, dataset.PixelRepresentation = 16, 15, 1
    dataset.PixelPaddingValue = 0
    dataset.ReceiveCoilName = "8US CTL456"
    dataset.AcquisitionMatrix = [scan.matrix, 0, 0, round(0.8 * scan.matrix)]
    site = dataset.private_block(0x0009, "GEMS_IDEN_01", create=True)
    site.add_new(0x01, "LO", "GE_GENESIS_FF")
    site.add_new(0x02, "SH", identity.hospital.town[:12])
    site.add_new(0x27, "SL", int(rng.integers(2**30)))
    dataset.private_block(0x0011, "GEMS_PATI_01", create=True).add_new(0x10, "SS", 0)
    protocol = f"PATNAME {identity.name} OPER {identity.operator}".encode()
    series = dataset.private_block(0x0025, "GEMS_SERS_01", create=True)
    series.add_new(0x07, "SL", scan.slices)
    series.add_new(0x1B, "OB", protocol + bytes(160 - len(protocol)))
    dataset.private_block(0x0043, "GEMS_PARM_01", create=True).add_new(0x2F, "SS", 0)


def ge_slice(dataset: Dataset, number: int, scan: Scan) -> None:
    """Add the slice's location as GE does."""
    block = dataset.private_block(0x0027, "GEMS_IMAG_01", create=True)
    block.add_new(0x41, "FL", float(scan.positions[number]))

"""The slices of files of unknown origin: nothing is read or decoded without a bound."""

import logging
import warnings
from pathlib import Path

import numpy as np
from pydicom.dataset import FileDataset

from discgrade.imaging import opening
from discgrade.imaging.dicom import Slice, geometry, grey_values
from discgrade.imaging.volumes.datasets import dataset_of
from discgrade.imaging.volumes.files import is_volume

MOST_PIXELS = 1 << 26
"""Pixels of a slice: more are no picture of a spine, but of an attack."""


class BrokenSliceError(ValueError):
    """The pixels of a slice cannot be decoded; the message names neither file nor patient."""


def open_image(path: Path, folder: Path | None = None) -> FileDataset:
    """Read a file with its pixels, not yet decoded; a volume as the DICOM image that it might have been.

    Args:
        path: The file.
        folder: Folder of scans, in which a volume's identifiers tell where it lies; None: the one that it is in.

    Raises:
        BrokenSliceError: if it cannot be read, whatever is wrong with it.
    """
    try:
        if is_volume(path.name):
            folder = folder or path.parent
            return dataset_of(folder, path.relative_to(folder).as_posix())
        if path.stat().st_size > opening.LARGEST:
            raise ValueError("too large")
        with path.open("rb") as file:
            dataset = opening.read(file)
        if dataset.Rows * dataset.Columns > MOST_PIXELS:
            raise ValueError("too large")
    except Exception:
        raise BrokenSliceError("its file cannot be read: it is damaged, too large or gone") from None
    return dataset


def decode(dataset: FileDataset, frame: int) -> Slice:
    """Return a slice of an open file, to the bits that `imaging.dicom.read_slice` gives.

    Raises:
        BrokenSliceError: if it cannot be decoded, or a grey value is no finite number, whatever is wrong with it.
    """
    logging.getLogger("pydicom").setLevel(logging.CRITICAL + 1)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            grey = grey_values(dataset, frame)
            if not np.isfinite(grey).all():
                raise ValueError("no numbers")
            return Slice(**vars(geometry(dataset, frame)), pixels=grey)
    except Exception:
        raise BrokenSliceError("its pixels cannot be decoded: the file is damaged or of an unknown kind") from None

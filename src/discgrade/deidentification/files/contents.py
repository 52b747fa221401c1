"""What a file of the source holds, or the reason why it is not exported."""

import io
import logging
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from pydicom.dataset import FileDataset
from pydicom.uid import UID

from discgrade.imaging import opening

TOO_LARGE = f"larger than {opening.LARGEST >> 30} GiB"


class RejectedError(Exception):
    """A file is not exported; the message is the reason and quotes nothing of the file."""


@contextmanager
def silence() -> Iterator[None]:
    """Keep pydicom's warnings and log messages in: they quote values."""
    log = logging.getLogger("pydicom")
    level = log.level
    log.setLevel(logging.CRITICAL + 1)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        log.setLevel(level)


def read_content(path: Path) -> bytes:
    """Return a file's content, if it begins as DICOM does.

    Raises:
        RejectedError: if it does not, cannot be opened, or is too large.
    """
    if not path.is_file():  # a pipe would never end
        raise RejectedError("cannot be opened")
    try:
        with path.open("rb") as file:
            head = file.read(opening.HEAD)
            if not opening.begins_as_dicom(head):
                raise RejectedError("not DICOM")
            if path.stat().st_size > opening.LARGEST:
                raise RejectedError(TOO_LARGE)
            return head + file.read(opening.LARGEST)
    except OSError:
        raise RejectedError("cannot be opened") from None


def read_dataset(content: bytes) -> FileDataset:
    """Read a file's data set.

    Raises:
        RejectedError: if it is not DICOM, or is too large.
    """
    try:
        return opening.read(io.BytesIO(content))
    except opening.NotDicomError:
        raise RejectedError("not DICOM") from None
    except opening.TooLargeError:
        raise RejectedError(TOO_LARGE) from None


def transfer_syntax(dataset: FileDataset) -> UID:
    """Return the transfer syntax of a data set.

    Raises:
        RejectedError: if it has none that is known.
    """
    try:
        return opening.transfer_syntax(dataset)
    except ValueError as reason:
        raise RejectedError(str(reason)) from None

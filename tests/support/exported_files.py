"""What holds for every file that is de-identified, whoever made it."""

import collections
import os
import re
import shutil
import subprocess
import warnings
from collections.abc import Iterable
from pathlib import Path

import numpy as np
import pydicom
import pytest
from mr_files import IMAGING, read, settings
from pydicom.dataset import Dataset

from discgrade.deidentification.files import cleaning
from discgrade.deidentification.files.contents import RejectedError

Exports = dict[Path, bytes]

# Texts that lose words that are not on a list, and an age above 90.
_CHANGED = frozenset(
    {
        "SeriesDescription", "ProtocolName", "ImageType", "SoftwareVersions", "SequenceName", "ManufacturerModelName",
        "ReceiveCoilName", "TransmitCoilName", "Manufacturer", "PatientSex", "PatientAge",
    }
)  # fmt: skip


def export_all(paths: Iterable[Path]) -> Exports:
    """De-identify files; whatever else than a rejection is raised fails the test."""
    found = {}
    for path in paths:
        try:
            found[path] = cleaning.deidentify_file(path.read_bytes(), settings(), {}).content
        except RejectedError as reason:
            assert str(reason)
    return found


def source(path: Path) -> pydicom.FileDataset:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return pydicom.dcmread(path)


def mr_images(paths: Iterable[Path]) -> set[Path]:
    """Return the files of the three MR SOP classes."""
    found = set()
    for path in paths:
        try:
            sop_class = str(source(path).get("SOPClassUID"))
        except pydicom.errors.InvalidDicomError:
            continue
        if sop_class.removeprefix("1.2.840.10008.5.1.4.1.1.4") in ("", ".1", ".4"):
            found.add(path)
    return found


def check_exports(exports: Exports) -> None:
    """Check that pixels, imaging attributes and references are kept, and that an export of an export is stable."""
    for check in (check_pixels, check_attributes, check_references, check_stability):
        check(exports)


def check_pixels(exports: Exports) -> None:
    """Check that decoded pixels are identical."""
    for path, content in exports.items():
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            np.testing.assert_array_equal(read(content).pixel_array, source(path).pixel_array, err_msg=path.name)


def check_attributes(exports: Exports) -> None:
    """Check that what an analysis needs survives."""
    for path, content in exports.items():
        before, after = source(path), read(content)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            for keyword in IMAGING.keys() - _CHANGED:
                if before.get(keyword) not in (None, ""):
                    assert str(after.get(keyword)) == str(before.get(keyword)), (path.name, keyword)


def check_references(exports: Exports) -> None:
    """Check that every UID is one of the registry or the new one of a UID of the source."""
    pseudonyms = settings().pseudonyms
    for path, content in exports.items():
        expected = {pseudonyms.uid(uid) for uid in _uids(source(path))}
        for uid in _uids(read(content)):
            assert uid in expected or uid in pydicom.uid.UID_dictionary, path.name


def _uids(dataset: Dataset) -> set[str]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return {str(e.value) for e in dataset.iterall() if e.VR == "UI" and e.value and not e.tag.is_private}


def check_validity(exports: Exports, folder: Path) -> None:
    """Check that dciodvfy (dicom3tools) finds no error that the source did not have; CI may not do without it."""
    if not shutil.which("dciodvfy"):
        assert not os.environ.get("CI"), "dciodvfy (Debian: dicom3tools) should be installed in CI"
        pytest.skip("dciodvfy (Debian: dicom3tools) is not installed")
    for number, (path, content) in enumerate(exports.items()):
        exported = folder / f"{number}.dcm"
        exported.write_bytes(content)
        assert _errors(exported) - _errors(path) == collections.Counter(), path.name


def _errors(path: Path) -> collections.Counter[str]:
    done = subprocess.run(["dciodvfy", "-new", path], check=False, capture_output=True, text=True, errors="replace")
    lines = re.sub(r"<[\d.]{9,}>", "<UID>", done.stdout + done.stderr).splitlines()
    return collections.Counter(line for line in lines if line.startswith("Error"))


def check_stability(exports: Exports) -> None:
    """Check that de-identifying an export again, and once more, changes identifiers and dates only."""
    for path, content in exports.items():
        first, latest = read(content), content
        for _ in range(2):
            latest = cleaning.deidentify_file(latest, settings(), {}).content
            again = read(latest)
            assert [element.tag for element in again] == [element.tag for element in first], path.name
            assert again.PixelData == first.PixelData, path.name

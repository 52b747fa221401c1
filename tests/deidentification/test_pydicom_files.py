"""The files that come with pydicom: none crashes, none loses pixels or geometry, none becomes less valid DICOM."""

from pathlib import Path

import pydicom.data
import pytest
from exported_files import Exports, check_exports, check_validity, export_all, mr_images

FOLDER = Path(pydicom.data.__file__).parent


@pytest.fixture(scope="module")
def paths() -> list[Path]:
    return sorted(path for path in FOLDER.rglob("*") if path.is_file() and path.suffix != ".py")


@pytest.fixture(scope="module")
def exports(paths: list[Path]) -> Exports:
    return export_all(paths)


def test_every_mr_image_but_the_truncated_one_is_exported(paths, exports):
    assert {path.name for path in mr_images(paths) - exports.keys()} == {"MR_truncated.dcm"}
    assert len(exports) >= 8


def test_exports_keep_pixels_attributes_and_references(exports):
    check_exports(exports)


@pytest.mark.slow
def test_no_file_becomes_less_valid(exports, tmp_path):
    check_validity(exports, tmp_path)

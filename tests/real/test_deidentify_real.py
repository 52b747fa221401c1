"""De-identification of real files: none crashes, none loses pixels or geometry, none becomes less valid DICOM."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from exported_files import Exports, check_exports, check_validity, export_all, mr_images, source

from discgrade import records
from discgrade.deidentification.committing import ShardTables
from discgrade.deidentification.shard import deidentify_shard
from discgrade.deidentification.source import Source
from discgrade.records.cohort.export import INSTANCES
from discgrade.settings.model import Ratings


@pytest.fixture(scope="module")
def zoo(real: Path) -> list[Path]:
    return sorted(path for path in (real / "dicom_zoo").rglob("*") if path.is_file())


@pytest.fixture(scope="module")
def exports(zoo: list[Path]) -> Exports:
    return export_all(zoo)


def test_every_mr_image_is_exported(zoo, exports):
    assert mr_images(zoo) == exports.keys()


def test_exports_keep_pixels_attributes_and_references(exports):
    check_exports(exports)


@pytest.mark.slow
def test_no_file_becomes_less_valid(exports, tmp_path):
    check_validity(exports, tmp_path)


@pytest.mark.slow
def test_a_cohort_keeps_every_image_and_no_identity(real, tmp_path, study_of):
    folders, part, own = sorted((real / "lsma" / "dicom").iterdir())[:40], tmp_path / "scans", set()
    for folder in folders:
        shutil.copytree(folder, part / folder.name)
    for path in part.rglob("*"):
        if path.is_file():
            dataset = source(path)
            identifiers = [dataset[name].value for name in ("AccessionNumber", "SOPInstanceUID", "StudyInstanceUID")]
            own |= {one.encode() for one in (*map(str, identifiers), *str(dataset.PatientName).split("^"))}
    results = tmp_path / "results"
    tables = ShardTables(*(results / f"{kind}.parquet" for kind in ("instances", "rejected", "ratings", "excluded")))
    deidentify_shard(
        source=Source(part, ratings=None),
        shard="00",
        shards=["00"],
        export=results / "export",
        tables=tables,
        private=tmp_path / "private",
        deidentify=study_of().deidentify,
        ratings=Ratings("original", False),
    )
    assert records.read(tables.instances, INSTANCES).num_rows == len(folders)
    for path in results.rglob("*.dcm"):
        content = path.read_bytes()
        header = content[: content.rindex(b"\xe0\x7f\x10\x00")]
        assert not [one for one in own if one in header]


def test_nothing_is_printed(real, tmp_path):
    """Libraries in C write to standard output and error past Python."""
    call = (
        "import sys, pathlib; from mr_files import settings\n"
        "from discgrade.deidentification.files import cleaning, contents\n"
        "for path in sorted(pathlib.Path(sys.argv[1]).rglob('*.dcm')):\n"
        "    try: cleaning.deidentify_file(path.read_bytes(), settings(), {})\n"
        "    except contents.RejectedError: pass\n"
    )
    paths = os.pathsep.join([str(Path(records.__file__).parents[2]), str(Path(__file__).parents[1] / "support")])
    done = subprocess.run(
        [sys.executable, "-c", call, real / "dicom_zoo" / "pydicom+pydicom-data"],
        env=os.environ | {"PYTHONPATH": paths},
        check=True,
        capture_output=True,
    )
    assert done.stdout == done.stderr == b""

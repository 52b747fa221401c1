"""Volumes of the phantom in SPIDER's layout as an export: every volume and grade is counted, and no word gets out."""

import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pyarrow as pa
import pydicom
import pytest
import SimpleITK as sitk  # noqa: N813

from discgrade.deidentification.committing import ShardTables
from discgrade.deidentification.volumes.shard import take_shard
from discgrade.deidentification.volumes.source import Volumes, plan_volumes
from discgrade.imaging.dicom import read_slice
from discgrade.imaging.volumes.files import read_volume
from discgrade.readings.sheets.faults import SheetError
from discgrade.records import read
from discgrade.records.cohort.export import EXCLUDED, INSTANCES, REJECTED
from discgrade.records.cohort.readings import RATINGS
from discgrade.settings.model import Deidentify, Ratings

SHARDS = ["00", "01"]
KEPT = Deidentify(True, False, "keyed", False, ())
LEVELS = {"1": "L5/S1", "2": "L4/L5", "3": "L3/L4", "4": "L2/L3", "5": "L1/L2", "6": "T12/L1", "7": "T11/T12"}
SHEET = Ratings(
    "original",
    True,
    columns={"patient_id": "Patient", "level": "IVD label", "grade": "Pfirrman grade"},
    levels=LEVELS,
    fill={"rater": "SPIDER", "reading": 1, "cohort": "external"},
)


def volumes(folder: Path) -> Volumes:
    sheet, overview = folder / "radiological_gradings.csv", folder / "overview.csv"
    return Volumes(folder / "images", folder / "masks", sheet, "spider", overview)


def taken(source: Volumes, out: Path, ratings: Ratings = SHEET) -> dict[str, pa.Table]:
    """Take both shards and return their tables put together."""
    found: dict[str, list[pa.Table]] = {}
    for shard in SHARDS:
        paths = {name: out / name / f"{shard}.parquet" for name in ("instances", "rejected", "ratings", "excluded")}
        take_shard(
            source=source, shard=shard, shards=SHARDS, export=out / "export", tables=ShardTables(**paths),
            private=out.parent / "private", deidentify=KEPT, ratings=ratings,
        )  # fmt: skip
        for name, schema in zip(paths, (INSTANCES, REJECTED, RATINGS, EXCLUDED), strict=True):
            found.setdefault(name, []).append(read(paths[name], schema))
    return {name: pa.concat_tables(tables) for name, tables in found.items()}


@pytest.fixture(scope="module")
def whole(spider: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, pa.Table]]:
    out = tmp_path_factory.mktemp("study") / "results"
    return out, taken(volumes(spider), out)


def test_every_volume_and_every_grade_is_counted(whole) -> None:
    _, tables = whole
    assert {name: len(table) for name, table in tables.items()} == {
        "instances": 5,
        "rejected": 6,
        "ratings": 25,
        "excluded": 11,
    }
    reasons = tables["excluded"]["reason"].to_pylist()
    assert sorted(set(reasons)) == ["faulty level", "level outside L1/L2 to L5/S1"]
    assert set(tables["ratings"]["cohort"].to_pylist()) == {"external"}


def test_slices_are_those_of_the_volumes(whole, spider: Path) -> None:
    out, tables = whole
    expected = {read_volume(spider / "images" / f"{one}_t2.mha").voxels.tobytes() for one in range(1, 6)}
    for row in tables["instances"].to_pylist():
        path = out / "export" / row["path"]
        slices = [read_slice(path, frame).pixels for frame in range(1, row["frames"] + 1)]
        assert np.stack(slices).tobytes() in expected
        assert row["sex"] in {"F", "M"}
        assert row["manufacturer"] in {"Siemens", "Philips", "GE"}


def test_no_name_gets_out(whole) -> None:
    out, tables = whole
    for row in tables["instances"].to_pylist():
        dataset = pydicom.dcmread(out / "export" / row["path"], stop_before_pixels=True)
        assert dataset.PatientID == dataset.PatientName == row["patient"]
        assert dataset.PatientIdentityRemoved == "YES"
        assert "_t2" not in str(dataset)
    assert not [path for path in out.rglob("*") if "_t2" in path.name]


def test_a_second_run_writes_the_same_bytes(whole, spider: Path) -> None:
    out, _ = whole
    before = {path: path.read_bytes() for path in out.rglob("*") if path.is_file()}
    taken(volumes(spider), out)
    assert {path: path.read_bytes() for path in out.rglob("*") if path.is_file()} == before


def test_who_withdrew_is_gone_and_counted(spider: Path, tmp_path: Path) -> None:
    (tmp_path / "private").mkdir(mode=0o700)
    (tmp_path / "private" / "withdrawn.csv").write_text("3\n")
    tables = taken(volumes(spider), tmp_path / "results")
    assert len(tables["instances"]) == 4
    assert tables["rejected"]["reason"].to_pylist().count("patient withdrew") == 2
    assert tables["excluded"]["reason"].to_pylist().count("patient withdrew") == 7


def test_what_is_wrong_with_a_volume_is_the_reason_of_its_grades(spider: Path, tmp_path: Path) -> None:
    folder = tmp_path / "spider"
    shutil.copytree(spider, folder)
    image = sitk.ReadImage(str(folder / "masks" / "1_t2.mha"))
    sitk.WriteImage(image[:, :, :-2], str(folder / "masks" / "1_t2.mha"))
    mask = folder / "masks" / "2_t2.mha"
    sitk.WriteImage(sitk.ChangeLabel(sitk.ReadImage(str(mask)), {205: 0}), str(mask))
    (folder / "images" / "4_t2.mha").unlink()
    tables = taken(volumes(folder), tmp_path / "results")
    reasons = tables["excluded"]["reason"].to_pylist()
    assert sum("volume left out: the mask has another grid than its image" in reason for reason in reasons) == 5
    assert reasons.count("no mask of the disc") == 1
    assert sum("does not say T2" in reason for reason in reasons) == 5
    assert len(tables["ratings"]) == 25 - 5 - 1 - 5


def test_faults_of_the_sheet_refuse_it_unless_they_may_be_left_out(spider: Path, tmp_path: Path) -> None:
    with pytest.raises(SheetError, match="level: should be one of L1/L2"):
        taken(volumes(spider), tmp_path / "results", replace(SHEET, exclude_faulty=False))


def test_text_in_a_nifti_header_is_counted_and_not_taken(spider: Path, tmp_path: Path, caplog) -> None:
    folder = tmp_path / "spider"
    shutil.copytree(spider, folder)
    image = sitk.ReadImage(str(folder / "images" / "1_t2.mha"))
    sitk.WriteImage(image, str(folder / "images" / "1_t2.nii"))
    content = bytearray((folder / "images" / "1_t2.nii").read_bytes())
    content[148 : 148 + 12] = b"Mueller Anna"  # descrip
    (folder / "images" / "1_t2.nii").write_bytes(content)
    (folder / "images" / "1_t2.mha").unlink()
    with caplog.at_level("INFO"):
        tables = taken(volumes(folder), tmp_path / "results")
    assert len(tables["instances"]) == 5
    assert "1 volumes hold text in descrip: none of it is taken" in caplog.text
    for path in (tmp_path / "results").rglob("*.dcm"):
        assert b"Mueller" not in path.read_bytes()


def test_a_plan_changes_with_what_a_shard_depends_on(spider: Path, tmp_path: Path) -> None:
    folder = tmp_path / "spider"
    shutil.copytree(spider, folder)

    readings: list[int] = []

    def plan() -> dict[str, str]:
        how = {"private": tmp_path / "private", "export": tmp_path / "results" / "export"}
        planned = plan_volumes(volumes(folder), SHARDS, deidentify=KEPT, ratings=SHEET, **how)
        readings.append(len(planned.readings))
        return planned.digests

    before = plan()
    assert plan() == before
    sheet = folder / "radiological_gradings.csv"
    sheet.write_text(sheet.read_text().replace("\n1,1,", "\n1,8,", 1))
    after = plan()
    assert sum(after[shard] != before[shard] for shard in SHARDS) == 1
    assert readings == [25, 25, 24]

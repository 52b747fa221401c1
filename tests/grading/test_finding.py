"""`discgrade grade` without a sheet of regions: series, slice and discs are found, or it is said why not."""

import json

import numpy as np
import pyarrow.parquet as pq
import pytest
from graded_scans import read_table
from scans import AXIAL
from tiny_locator import BOXES, spine_study, write_locating

from discgrade.cli import main


@pytest.fixture(scope="module")
def bundle(tmp_path_factory):
    return write_locating(tmp_path_factory.mktemp("bundle") / "tiny")


@pytest.fixture
def graded(tmp_path, bundle):
    """Grade tmp_path / scans; returns the exit code, the rows of grades.parquet and those of studies.csv by patient."""

    def run(*words):
        out = tmp_path / "out"
        given = [str(tmp_path / "scans"), "--bundle", str(bundle), "--out", str(out), "--no-pages", "--no-sr"]
        code = main(["grade", *given, *words])
        rows = pq.read_table(out / "grades.parquet").to_pylist() if out.exists() else []
        return code, rows, {row["patient_id"]: row for row in read_table(out / "studies.csv")}

    return run


def test_the_discs_of_the_middle_slice_are_graded(tmp_path, graded):
    images = spine_study(tmp_path / "scans", "A1")
    code, rows, studies = graded()
    assert code == 0
    assert [row["level"] for row in rows] == ["L3/L4", "L4/L5", "L5/S1"]
    assert {row["sop_instance_uid"] for row in rows} == {images[2]}
    assert {row["region"] for row in rows} == {"found"}
    for row in rows:
        known = BOXES[row["level"]]
        assert (row["x"], row["y"], row["width"]) == pytest.approx((known.x, known.y, known.width), abs=3)
    assert studies["A1"]["state"] == "graded"
    assert "slice 3 of 5" in studies["A1"]["slice_reason"]


def test_boxes_lie_on_the_slice_as_it_is_stored(tmp_path, graded):
    """The same patient, the rows stored from the feet up and the columns from the back to the front."""
    import pydicom
    from scans import save

    spine_study(tmp_path / "scans", "A1")
    for path in (tmp_path / "scans").rglob("*.dcm"):
        image = pydicom.dcmread(path)
        image.ImageOrientationPatient = [0, -1, 0, 0, 0, 1]
        save(path, image, image.pixel_array[::-1, ::-1])
    code, rows, _ = graded()
    assert code == 0
    for row in rows:
        known = BOXES[row["level"]]
        assert row["x"] == pytest.approx(80 - known.x - known.width, abs=3)
        assert row["y"] == pytest.approx(96 - known.y - known.height, abs=3)


@pytest.mark.ci
def test_the_same_bytes_with_any_number_of_processes(tmp_path, graded):
    for patient in ("A1", "B2", "C3"):
        spine_study(tmp_path / "scans", patient)
    graded()
    first = (tmp_path / "out" / "grades.parquet").read_bytes()
    graded("--processes", "2")
    assert (tmp_path / "out" / "grades.parquet").read_bytes() == first


def test_what_shows_no_lumbar_spine_is_skipped_with_the_reason(tmp_path, graded):
    scans = tmp_path / "scans"
    spine_study(scans, "A1")
    spine_study(scans, "B2", canals=(0, 0, 0))
    spine_study(scans, "C3", ImageOrientationPatient=list(AXIAL))
    code, rows, studies = graded()
    assert code == 3
    assert {row["patient_id"] for row in rows} == {"A1"}
    assert studies["B2"]["state"] == studies["C3"]["state"] == "skipped"
    assert "series 3: no slice shows a lumbar spine: it does not look T2-weighted" in studies["B2"]["left_out"]
    assert "axial" in studies["C3"]["left_out"]


def test_where_the_first_series_shows_no_spine_another_one_is_read(tmp_path, graded):
    scans = tmp_path / "scans"
    spine_study(scans, "A1", canals=(0, 0, 0, 0, 0, 0, 0))
    spine_study(scans, "A1", SeriesNumber=4)
    code, rows, studies = graded()
    assert (code, len(rows)) == (0, 3)
    assert studies["A1"]["series_number"] == "4"
    (told,) = json.loads((tmp_path / "out" / "grades.json").read_text())
    assert [(one["number"], one["chosen"]) for one in told["series"]] == [(3, False), (4, True)]
    assert "no slice shows a lumbar spine" in told["series"][0]["slice"]


def test_a_middle_at_the_edge_and_a_missing_sacrum_are_flagged(tmp_path, graded):
    spine_study(tmp_path / "scans", "A1", canals=(8, 4, 0, 0, 0), levels=("L4/L5", "L3/L4"))
    _, rows, _ = graded()
    assert [row["level"] for row in rows] == ["L3/L4", "L4/L5"]
    for row in rows:
        assert any(flag.startswith("slice: the middle lies at the edge") for flag in row["flags"])
        assert any(flag.startswith("found: cut off") for flag in row["flags"])


def test_a_slice_that_cannot_be_decoded_is_left_out(tmp_path, graded):
    spine_study(tmp_path / "scans", "A1")
    path = tmp_path / "scans" / "A1" / "3-1.dcm"
    path.write_bytes(path.read_bytes()[:-4000])
    code, rows, studies = graded()
    assert (code, len(rows)) == (3, 3)
    assert "a slice of series 3 is left out: its image cannot be graded" in studies["A1"]["left_out"]
    path = tmp_path / "scans" / "A1" / "3-5.dcm"
    path.write_bytes(path.read_bytes()[:-4000])
    _, _, studies = graded()
    assert studies["A1"]["left_out"].startswith("2 slices of series 3 are left out: their image cannot be graded")


def test_files_that_cannot_be_read_are_told_where_nothing_is_found(tmp_path, graded):
    """They may be the ones that show the spine."""
    spine_study(tmp_path / "scans", "A1")
    for path in sorted((tmp_path / "scans" / "A1").iterdir()):
        content = path.read_bytes()
        path.write_bytes(content[:400] if path.name == "3-1.dcm" else content[:-4000])
    code, _, studies = graded()
    assert code == 1
    assert "1 file of its folder cannot be read" in studies["A1"]["left_out"]


def test_without_regions_and_without_a_locator_it_is_said_what_is_missing(tmp_path, tiny_bundle, capsys):
    spine_study(tmp_path / "scans", "A1")
    given = [str(tmp_path / "scans"), "--bundle", str(tiny_bundle), "--out", str(tmp_path / "out")]
    assert main(["grade", *given]) == 1
    assert "this bundle holds none" in capsys.readouterr().err
    assert not (tmp_path / "out").exists()


def test_pages_say_that_regions_were_found_and_why_on_that_slice(tmp_path, bundle):
    spine_study(tmp_path / "scans", "A1")
    given = [str(tmp_path / "scans"), "--bundle", str(bundle), "--out", str(tmp_path / "out"), "--no-sr"]
    assert main(["grade", *given]) == 0
    (page,) = (tmp_path / "out").rglob("page.html")
    text = page.read_text(encoding="utf-8")
    assert "found by the locator" in text
    assert "slice 3 of 5" in text


def test_greys_of_another_range_change_no_box(tmp_path, graded):
    spine_study(tmp_path / "scans", "A1")
    _, first, _ = graded()
    import pydicom
    from scans import save

    for path in (tmp_path / "scans").rglob("*.dcm"):
        image = pydicom.dcmread(path)
        save(path, image, np.rint(image.pixel_array * 3.0 + 50))
    _, rows, _ = graded()
    assert [row["x"] for row in rows] == pytest.approx([row["x"] for row in first])

"""A study of one's own whose sheet gives grades and no boxes, with boxes that a bundle's locator proposes."""

import pytest
import yaml
from graded_scans import read_table, write_sheet
from tiny_locator import BOXES, LEVELS, spine_study, write_locating

from discgrade import records
from discgrade.records.cohort.discs import DISCS

pytestmark = pytest.mark.ci


def test_discs_without_a_box_are_found_marked_and_counted(project, tmp_path, run_snakemake):
    rows = []
    for number in range(6):
        patient = f"P{number}47"
        images = spine_study(tmp_path / "scans", patient, noise=12)
        for place, level in enumerate(LEVELS):
            box = {name: str(value) for name, value in vars(BOXES[level]).items()} if number < 3 else {}
            image = images[2] if box else ""
            empty = dict.fromkeys(("x", "y", "width", "height"), "")
            rows.append(
                {"patient_id": patient, "level": level, "grade": str(1 + (number + place) % 5), "rater": "Dr A"}
                | {"reading": "1", "cohort": "primary", "sop_instance_uid": image} | empty | box
            )  # fmt: skip
    rows.append(rows[-1] | {"level": "L1/L2"})
    write_sheet(tmp_path / "sheet.csv", rows)
    bundle = write_locating(tmp_path / "bundle")
    cohort = {"source": "folder", "dicom": str(tmp_path / "scans"), "ratings": str(tmp_path / "sheet.csv"), "shards": 2}
    overlay = {"study": "own", "cohort": cohort | {"accept_regions": True}, "ratings": {"propose": str(bundle)}}
    overlay["splits"] = {"folds": 2, "shares": [1]}
    (project / "studies" / "own.yaml").write_text(yaml.safe_dump(overlay))
    result = run_snakemake(project, "results/own/discs.parquet", "--configfile", "studies/own.yaml")
    assert result.returncode == 0, result.stderr[-3000:]
    discs = records.read(project / "results" / "own" / "discs.parquet", DISCS).to_pylist()
    assert len(discs) == 18
    assert sorted(str(disc["region"]) for disc in discs) == ["None"] * 9 + ["found"] * 9
    for disc in discs:
        assert (disc["x"], disc["y"]) == pytest.approx((BOXES[disc["level"]].x, BOXES[disc["level"]].y), abs=3)
    told = [row["result"] for row in read_table(project / "private" / "own" / "proposed.csv")]
    assert sorted(told) == ["L1/L2 was not found"] + ["found"] * 9
    flow = (project / "results" / "own" / "flow.json").read_text()
    assert "no region, and the locator found none" in flow
    again = run_snakemake(project, "results/own/discs.parquet", "--configfile", "studies/own.yaml")
    assert "Nothing to be done" in again.stdout + again.stderr
    assert "P047" not in (result.stderr + flow)


def test_a_bundle_without_a_locator_is_refused_when_the_study_is_planned(project, tmp_path, run_snakemake, tiny_bundle):
    spine_study(tmp_path / "scans", "A1")
    row = {"patient_id": "A1", "level": "L4/L5", "grade": "3", "rater": "Dr A", "reading": "1", "cohort": "primary"}
    write_sheet(tmp_path / "sheet.csv", [row | dict.fromkeys(("sop_instance_uid", "x", "y", "width", "height"), "")])
    cohort = {"source": "folder", "dicom": str(tmp_path / "scans"), "ratings": str(tmp_path / "sheet.csv")}
    overlay = {"study": "own", "cohort": cohort, "ratings": {"propose": str(tiny_bundle)}}
    (project / "studies" / "own.yaml").write_text(yaml.safe_dump(overlay))
    result = run_snakemake(project, "results/own/discs.parquet", "--configfile", "studies/own.yaml", "-n")
    assert result.returncode == 1
    assert "holds no locator" in result.stdout + result.stderr

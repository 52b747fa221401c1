"""The examples that come along are graded as their page says."""

from graded_scans import read_table

from discgrade.cli import main

from ..conftest import ROOT


def test_both_studies_are_graded(tmp_path, tiny_bundle, capsys):
    examples = ROOT / "examples"
    given = ["--bundle", str(tiny_bundle), "--regions", str(examples / "regions.csv"), "--out", str(tmp_path / "out")]
    assert main(["grade", str(examples / "scans"), *given, "--no-pages", "--no-sr"]) == 0
    assert "10 discs of 2 studies graded" in capsys.readouterr().out


def test_the_bundle_that_comes_along_finds_the_discs_that_it_knows(tmp_path):
    """Where `regions.csv` has them: at most 8 mm off, on the same slice, though it never saw an invented spine."""
    out = tmp_path / "out"
    given = ["--bundle", str(ROOT / "models" / "lsma.zip"), "--out", str(out), "--no-pages", "--no-sr"]
    assert main(["grade", str(ROOT / "examples" / "scans"), *given]) == 0
    drawn = {(row["patient_id"], row["level"]): row for row in read_table(ROOT / "examples" / "regions.csv")}
    found = read_table(out / "grades.csv")
    assert {row["level"] for row in found} == {"L3/L4", "L4/L5", "L5/S1"}
    assert len(found) == 6
    for row in found:
        known = drawn[row["patient_id"], row["level"]]
        assert row["sop_instance_uid"] == known["sop_instance_uid"]
        centres = [
            [float(one[edge]) + float(one[length]) / 2 for edge, length in (("x", "width"), ("y", "height"))]
            for one in (row, known)
        ]
        assert max(abs(here - there) for here, there in zip(*centres, strict=True)) < 8

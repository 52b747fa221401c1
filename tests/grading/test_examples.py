"""The examples that come along are graded as their page says."""

from discgrade.cli import main

from ..conftest import ROOT


def test_both_studies_are_graded(tmp_path, tiny_bundle, capsys):
    examples = ROOT / "examples"
    given = ["--bundle", str(tiny_bundle), "--regions", str(examples / "regions.csv"), "--out", str(tmp_path / "out")]
    assert main(["grade", str(examples / "scans"), *given, "--no-pages", "--no-sr"]) == 0
    assert "10 discs of 2 studies graded" in capsys.readouterr().out

"""The table of external validation: two columns that its CSV holds in full, or the reason why there are none."""

import pandas as pd
from external_scores import score_outside, study_outside

from discgrade.publication.context import context_of
from discgrade.publication.render.files import TableFiles
from discgrade.publication.tables.external import external
from discgrade.records.cell_keys import read_cell_keys


def printed(made, folder) -> TableFiles:
    files = TableFiles(*(folder / f"external.{kind}" for kind in ("csv", "md", "tex", "html", "keys.csv", "json")))
    external(scores=score_outside(made), reason="", context=context_of(made.study), files=files)
    return files


def test_it_sets_internal_next_to_external(tmp_path):
    files = printed(study_outside(tmp_path, 60, 40), tmp_path)
    text = files.md.read_text()
    rows = pd.read_csv(files.csv)
    for words in (
        "Test part",
        "External cohort",
        "κ, quadratic weights",
        "Balanced accuracy",
        "40 patients",
        "by level",
    ):
        assert words in text
    kappa = rows[(rows["metric"] == "kappa_linear") & (rows["scope"] == "external")]["value"].iloc[0]
    assert f"{kappa:.3f}" in text
    keys = read_cell_keys(files.cell_keys)
    assert {key.table for _, _, key in keys} == {"external"}
    assert len(keys) == 5 * len(rows)


def test_without_an_external_cohort_it_says_why(tmp_path):
    files = printed(study_outside(tmp_path, 24, 0), tmp_path)
    assert "No disc is of the cohort external" in files.md.read_text()

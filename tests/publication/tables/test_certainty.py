"""The table of certainty: what it prints, and what it leaves out with a reason."""

import pandas as pd
import pytest
from invented_study import be_certain, make_study

from discgrade.publication.context import context_of
from discgrade.publication.render.files import TableFiles
from discgrade.publication.tables.certainty import certainty


def test_each_grade_has_its_coverage_with_an_interval(paperlike, read):
    rows = read.markdown(paperlike, "certainty")
    values = read.values(paperlike, "certainty").set_index("row")
    for grade in ("1", "2", "3", "4", "5"):
        row = values.loc[f"grade-{grade}"]
        discs, patients, coverage = rows[grade][:3]
        assert (discs, patients) == (str(row["n"]), str(row["patients"]))
        assert coverage.startswith(f"{row['coverage']:.3f}")
    assert values.loc["all", "n"] == values["n"].iloc[:5].sum()
    assert ((values["coverage_lower"] <= values["coverage"]) & (values["coverage"] <= values["coverage_upper"])).all()


def test_the_caption_says_on_whom_and_with_which_promise(paperlike, read):
    text = read.text(paperlike, "certainty")
    assert "out-of-fold predictions of 2 folds, n = 240 scored samples" in text
    assert "with a probability of 90 %, for each grade" in text
    assert "learned from all 48 patients" in text


def test_nothing_learned_is_said_with_its_reason(tmp_path):
    made = make_study(tmp_path, patients=8, again=5, second=5, grid={"default": "mse"})
    files = TableFiles(*(tmp_path / f"certainty.{kind}" for kind in ("csv", "md", "tex", "html", "keys.csv", "json")))
    certainty(**be_certain(made), context=context_of(made.study), files=files)
    assert files.md.read_text().count("The variant of the bundle, mse, gives a grade and no probabilities.") == 2
    assert pd.read_csv(files.csv)["coverage"].isna().all()


@pytest.mark.parametrize("patients", [10])
def test_a_grade_of_few_patients_has_no_threshold_and_a_note(tmp_path, patients):
    made = make_study(tmp_path, patients=patients, again=5, second=5)
    files = TableFiles(*(tmp_path / f"certainty.{kind}" for kind in ("csv", "md", "tex", "html", "keys.csv", "json")))
    certainty(**be_certain(made), context=context_of(made.study), files=files)
    text = files.md.read_text()
    assert "are needed: it is in every set." in text
    assert "For want of patients in other folds this grade was in the set of 100 % of its discs." in text

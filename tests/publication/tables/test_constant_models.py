"""A study in which every model predicts grade 3 for every disc, and no disc has grade 1 or 5."""

from types import SimpleNamespace

import numpy as np
import pytest
from invented_study import draw, make_study, score, write_table

from discgrade import records
from discgrade.grades import integral
from discgrade.publication.tables.rows.scores import difference_text
from discgrade.records.cohort.discs import DISCS
from discgrade.records.cohort.readings import RATINGS
from discgrade.records.results.intervals import COMPARISONS, INTERVALS
from discgrade.records.results.scores import SCORES
from discgrade.records.results.training import PREDICTIONS

CHANCE_CORRECTED = ["kappa_unweighted", "kappa_linear", "kappa_quadratic", "lin_ccc"]
ONE_GRADE = ["f1", "jaccard", "precision", "sensitivity"]


@pytest.fixture(scope="module")
def constant(tmp_path_factory, tabulate) -> SimpleNamespace:
    grid = {"default": "default", "variants": ["default", "soft_kappa", "integral"], "folds": ["default"], "seeds": [1]}
    made = make_study(tmp_path_factory.mktemp("constant"), patients=24, again=40, second=30, grid=grid)
    discs = records.read(made.discs, DISCS).to_pandas()
    grades = discs["grade"].clip(2.0, 4.0)
    write_table(discs.assign(grade=grades, integral=integral(grades)), DISCS, made.discs)
    ratings = records.read(made.ratings, RATINGS).to_pandas()
    write_table(ratings.assign(grade=ratings["grade"].clip(2.0, 4.0)), RATINGS, made.ratings)
    for path in made.predictions:
        rows = records.read(path, PREDICTIONS).to_pandas()
        outputs = [np.eye(len(output), dtype=np.float32)[len(output) // 2] for output in rows["outputs"]]
        write_table(rows.assign(outputs=outputs), PREDICTIONS, path)
    score(made)
    draw(made, draws=300)
    return tabulate(made)


def test_what_chance_corrects_is_exactly_zero_without_an_interval(constant):
    rows = records.read(constant.intervals, INTERVALS).to_pandas().query("split != 'readings'")
    rows = rows[rows["metric"].isin(CHANCE_CORRECTED)]
    assert (rows[["mean", "lower", "upper"]] == 0).all(axis=None)


def test_models_that_predict_alike_are_a_tie_in_every_score(constant):
    rows = records.read(constant.comparisons, COMPARISONS).to_pandas().query("scope == 'all'")
    rows = rows[rows["value"].notna()]
    assert {"accuracy", "kappa_linear", "f1"} <= set(rows["metric"])
    assert (rows[["difference", "lower", "upper"]] == 0).all(axis=None)
    assert (rows["greater"] == 0.5).all()


def test_a_grade_without_a_disc_has_no_score_and_the_reason(constant):
    rows = records.read(constant.scores, SCORES).to_pandas().query("scope == 'all' and grade in (1, 5)")
    absent = rows[rows["metric"].isin(ONE_GRADE)]
    assert absent["value"].isna().all()
    assert set(absent["reason"]) == {"no reference grade is 1", "no reference grade is 5"}


def test_the_tables_have_dashes_and_footnotes(constant, read):
    rows = [line.split("|")[2:] for line in read.text(constant, "table3").splitlines() if line.startswith("| default")]
    assert len(rows) == 1 + len(ONE_GRADE)
    for cells in rows[1:]:
        dashes = [cell.strip().startswith("–<sup>") for cell in cells]
        assert dashes[:5] == [True, False, False, False, True]
    assert "Undefined, no reference grade is 5." in read.text(constant, "table3")
    assert read.markdown(constant, "table2")["default"][1].startswith("**0.000**<sup>")
    assert "No interval: no weights change the score" in read.text(constant, "table2")
    assert "since there is no error or no hit" in read.text(constant, "table3")
    assert "and r undefined." in read.text(constant, "table2")
    assert "grades 1, 5, which no reference disc has, count as 0." in read.text(constant, "table2")
    assert "nan" not in "".join(read.text(constant, name) for name in ("table2", "table4", "statements"))


def test_a_difference_to_a_reading_is_said_in_words_where_there_is_no_number():
    row = {"difference": 0.0, "lower": 0.0, "upper": 0.0, "greater": 0.5}
    assert difference_text(row) == "0, as both are equal"
    assert difference_text(row | {"difference": 0.25, "lower": 0.25, "upper": 0.25}) == "+0.250, in every draw"
    shown = difference_text({"difference": 0.02, "lower": -0.01, "upper": 0.05, "greater": 0.9})
    assert shown == "+0.020 (−0.010, 0.050); P(model higher) = 90.0 %"

"""The figure of external validation: it draws what its table says, legibly, or says why not."""

import pandas as pd
import pytest
from drawn_study import CONTEXT
from external_scores import score_outside, study_outside

from discgrade.publication.figures.external import external


@pytest.fixture(scope="module")
def scores(tmp_path_factory):
    return score_outside(study_outside(tmp_path_factory.mktemp("outside"), 60, 40))


def test_bars_points_and_curve_are_those_of_the_table(scores, out, saved):
    external(scores=scores, reason="", context=CONTEXT, files=out)
    rows = pd.read_csv(out.csv, dtype={"group": str})
    shares, _, curve = saved[0].axes
    prevalence = rows[(rows["metric"] == "prevalence") & (rows["scope"] == "test")]["value"]
    assert [patch.get_height() for patch in shares.patches[:5]] == pytest.approx(list(prevalence))
    tried = rows[(rows["scope"] == "recalibrated") & (rows["metric"] == "kappa_linear") & (rows["group"] != "0")]
    assert list(curve.lines[1].get_ydata()) == pytest.approx(list(tried["value"]))


def test_every_word_is_legible(scores, out, saved, check_legible):
    external(scores=scores, reason="", context=CONTEXT, files=out)
    check_legible(*saved)


def test_without_an_external_cohort_it_says_why(tmp_path, out, saved, words):
    made = study_outside(tmp_path, 24, 0)
    external(scores=score_outside(made), reason="", context=CONTEXT, files=out)
    assert "No disc is of the cohort external" in words(saved[0])[0][0]

"""The figure of calibration: it draws what its table says, legibly, or says why not."""

import numpy as np
import pandas as pd
import pytest
from drawn_study import CONTEXT
from invented_study import be_certain, make_study

from discgrade.publication.figures.calibration import calibration


@pytest.fixture(scope="module")
def learned(tmp_path_factory):
    return be_certain(make_study(tmp_path_factory.mktemp("certain"), patients=60))


def test_bars_and_lines_are_those_of_the_table(learned, out, saved):
    calibration(**learned, context=CONTEXT, files=out)
    rows = pd.read_csv(out.csv, dtype={"group": str})
    forecast, kept, sizes = saved[0].axes
    of_one = rows[(rows["scope"] == "set_size") & (rows["group"] == "1") & rows["grade"].notna()]["value"]
    assert [patch.get_height() for patch in sizes.patches[:5]] == pytest.approx(of_one.fillna(0))
    error = rows[(rows["scope"] == "kept") & (rows["metric"] == "error")]
    assert np.array_equal(kept.lines[0].get_ydata(), error["value"])
    assert forecast.get_legend_handles_labels()[1] == ["> 1", "> 2", "> 3", "> 4"]


def test_every_word_is_legible(learned, out, saved, check_legible):
    calibration(**learned, context=CONTEXT, files=out)
    check_legible(*saved)


def test_where_nothing_was_learned_it_says_why(tmp_path, out, saved, words):
    made = make_study(tmp_path, patients=8, again=5, second=5, grid={"default": "mse"})
    calibration(**be_certain(made), context=CONTEXT, files=out)
    assert [text for text, _ in words(saved[0])] == [
        "The variant of the bundle, mse, gives a grade and no probabilities."
    ]

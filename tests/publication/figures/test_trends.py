from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from drawn_study import CONTEXT

from discgrade import records
from discgrade.publication.figures.drawing.words import read_words
from discgrade.publication.figures.trends import figure3, figure4
from discgrade.records.results.intervals import INTERVALS
from discgrade.records.results.scores import SCORES
from discgrade.reliability.scores.zero import zero_bound
from discgrade.settings.run import Run

DEFAULT = Run("default", 48, 1, "holdout", 1)
KEYS = ["metric", "grade"]


def _figure3(study, out, run=DEFAULT, **changes):
    paths = {name: getattr(study, name) for name in ("scores", "intervals", "shown", "discs", "splits")} | changes
    figure3(**paths, run=run, context=CONTEXT, files=out)
    return pd.read_csv(out.csv)


def _figure4(study, out, run=DEFAULT, **changes):
    paths = {name: getattr(study, name) for name in ("scores", "intervals", "shown")} | changes
    figure4(**paths, run=run, context=CONTEXT, files=out)
    return pd.read_csv(out.csv)


def _expected(study, varied, fixed):
    of_run = study.tables["scores"][list(fixed)].eq(fixed).all(axis=1)
    scores = study.tables["scores"][of_run]
    drawn = ((scores["metric"] == "f1") | scores["grade"].isna()) & (scores["metric"] != "mae")
    return scores[drawn].set_index([varied, *KEYS])["value"].sort_index()


def test_figure3_table_holds_the_scores_of_every_share(study, out):
    drawn = _figure3(study, out).set_index(["share", *KEYS])["value"].sort_index()
    expected = _expected(study, "share", {"variant": "default", "seed": 1, "split": "holdout", "resolution": 48})
    pd.testing.assert_series_equal(drawn, expected, check_dtype=False, check_index_type=False)
    assert len(drawn) == 6 * 9


def test_figure4_table_holds_the_scores_of_every_resolution(study, out):
    drawn = _figure4(study, out).set_index(["resolution", *KEYS])["value"].sort_index()
    expected = _expected(study, "resolution", {"variant": "default", "seed": 1, "split": "holdout", "share": 1})
    pd.testing.assert_series_equal(drawn, expected, check_dtype=False, check_index_type=False)
    assert set(drawn.index.get_level_values(0)) == {24, 32, 48, 64}


def test_training_discs_of_a_share_are_those_of_its_patients(study, out):
    sizes = _figure3(study, out).groupby("share")["training_discs"].first()
    splits = study.tables["splits"]
    training = splits[splits["part"] == "train"]
    assert sizes.to_dict() == {share: 5 * (training["share"] >= share).sum() for share in (1, 2, 4, 8, 16, 32)}


def test_lines_are_the_scores(study, out, saved):
    drawn = _figure3(study, out)
    overall = drawn[drawn["grade"].isna()]
    scores = [overall[overall["metric"] == metric] for metric in ("kappa_linear", "accuracy", "mcc", "f1")]
    grades = [drawn[drawn["grade"] == grade] for grade in range(1, 6)]
    for axes, groups in zip(saved[0].axes, (scores, grades), strict=True):
        for line, rows in zip(axes.lines, groups, strict=True):
            assert line.get_ydata().tolist() == rows["value"].tolist()
            assert np.ptp(line.get_xdata() * rows["share"]) == pytest.approx(0, abs=1e-12)


def test_points_stand_near_their_share_on_a_log2_axis(study, out, saved):
    drawn = _figure3(study, out)
    for axes in saved[0].axes:
        assert (axes.get_xscale(), axes.xaxis.get_transform().base) == ("log", 2)
        assert axes.get_xticks().tolist() == [1 / share for share in sorted(set(drawn["share"]))]
        away = [np.abs(np.log2(line.get_xdata() * sorted(set(drawn["share"])))).max() for line in axes.lines]
        assert max(away) <= 0.1


def test_intervals_are_drawn_where_there_are_any(study, out, saved):
    spans = study.tables["intervals"]
    path = out.csv.with_name("intervals.parquet")
    records.write(spans[spans["share"] != 8].to_dict("records"), INTERVALS, path)
    drawn = _figure3(study, out, intervals=path)
    assert drawn.loc[drawn["share"] == 8, "lower"].isna().all()
    known = drawn[drawn["share"] != 8]
    assert (known["lower"] < known["value"]).all()
    assert (known["upper"] >= known["value"]).all()
    assert all(len(bars.get_segments()) == 6 for axes in saved[0].axes for bars in axes.collections)


def test_scales_show_every_value_and_bound(study, out, saved):
    for draw in (_figure3, _figure4):
        drawn = draw(study, out)
        low, high = saved[-2].axes[0].get_ylim()
        assert low < drawn["lower"].min()
        assert high > drawn["upper"].max()
        assert saved[-2].axes[1].get_ylim() == (low, high)


@pytest.mark.parametrize("draw", [_figure3, _figure4])
def test_legible(study, out, saved, check_legible, draw):
    draw(study, out)
    check_legible(*saved)


def test_one_share_alone(study, out, saved, check_legible):
    drawn = _figure3(study, out, run=replace(DEFAULT, resolution=24))
    assert set(drawn["share"]) == {1}
    check_legible(*saved)
    assert read_words(out.words).absent == "The study has one training fraction only: there is nothing to compare."


def test_undefined_scores_leave_a_gap(study, out, saved, check_legible):
    scores = study.tables["scores"].copy()
    gone = (scores["grade"] == 1) & (scores["share"] == 4)
    scores.loc[gone, "value"] = np.nan
    path = out.csv.with_name("scores.parquet")
    records.write(scores.to_dict("records"), SCORES, path)
    drawn = _figure3(study, out, scores=path)
    assert drawn["value"].isna().sum() == 1
    check_legible(*saved)


def test_a_grade_without_any_score_is_named_below_its_panel(study, out, saved, words, check_legible):
    scores = study.tables["scores"].copy()
    scores.loc[scores["grade"].isin([1, 5]), "value"] = np.nan
    path = out.csv.with_name("scores.parquet")
    records.write(scores.to_dict("records"), SCORES, path)
    _figure3(study, out, scores=path)
    assert sum("Not defined, no disc scored: grade 1, 5" in text for text, _ in words(saved[0])) == 1
    check_legible(*saved)


@pytest.mark.parametrize("draw", [_figure3, _figure4])
def test_runs_without_scores_say_so(study, out, saved, words, draw):
    drawn = draw(study, out, run=replace(DEFAULT, variant="mine"))
    assert drawn.empty
    assert {"metric", "grade", "value", "lower", "upper"} <= set(drawn.columns)
    assert [text for text, _ in words(saved[0])] == ["No scores: none of the runs that it compares has been scored."]


def test_test_samples_of_each_grade_stand_in_the_legend(study, out, saved):
    _figure4(study, out)
    shown = [text.get_text() for text in saved[0].axes[1].get_legend().get_texts()]
    scores = study.tables["scores"]
    grades = scores[(scores["variant"] == "default") & (scores["split"] == "holdout") & scores["grade"].notna()]
    counts = grades.groupby("grade")["n"].max()
    assert shown == [f"Grade 1 (n = {counts[1]:,})", *(f"{grade} ({counts[grade]:,})" for grade in range(2, 6))]


def test_series_of_neighbouring_resolutions_stay_apart(study, out, saved):
    drawn = _figure4(study, out)
    for axes in saved[0].axes:
        ends = [np.log2(line.get_xdata()) for line in axes.lines]
        sides = np.log2(sorted(set(drawn["resolution"])))
        assert np.ptp(ends, axis=0).max() < 0.4 * np.diff(sides).min()


def test_an_f1_of_zero_has_the_bar_of_a_uniform_prior(study, out):
    scores, spans = study.tables["scores"].copy(), study.tables["intervals"].copy()
    for table, columns in ((scores, ["value"]), (spans, ["mean", "lower", "upper"])):
        table.loc[(table["grade"] == 1) & (table["share"] == 4), columns] = 0.0
    never = scores[(scores["grade"] == 1) & (scores["metric"] == "f1")].assign(metric="specificity", value=0.9)
    paths = {"scores": out.csv.with_name("scores.parquet"), "intervals": out.csv.with_name("intervals.parquet")}
    records.write(pd.concat([scores, never]).to_dict("records"), SCORES, paths["scores"])
    records.write(spans.to_dict("records"), INTERVALS, paths["intervals"])
    drawn = _figure3(study, out, **paths)
    zero = drawn[drawn["value"] == 0]
    assert zero[["share", "grade"]].values.tolist() == [[4, 1]]
    n = zero["n"].iloc[0]
    others = drawn.loc[drawn["grade"].isna() & (drawn["share"] == 4), "n"].iloc[0] - n
    assert zero["upper_of_zero"].tolist() == [zero_bound(int(n), round(0.1 * others), 0.9973)]
    assert drawn.loc[drawn["value"] != 0, "upper_of_zero"].isna().all()

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from drawn_study import CONTEXT

from discgrade import records
from discgrade.publication.figures.drawing.words import read_words
from discgrade.publication.figures.forest.figure import forest
from discgrade.records.results.intervals import INTERVALS, POSTERIORS
from discgrade.records.results.scores import SCORES
from discgrade.settings.run import Run

DEFAULT = Run("default", 48, 1, "holdout", 1)
SPANS = ("intervals", "shown")
LABELS = {name: f"Label of {name}" for name in ("default", "integral", "soft_kappa", "mae", "mine")}


def _draw(study, out, run=DEFAULT, labels=LABELS, **changes):
    paths = {name: getattr(study, name) for name in ("scores", "intervals", "shown", "posteriors")} | changes
    forest(**paths, run=run, labels=labels, context=CONTEXT, files=out)
    return pd.read_csv(out.csv)


def _scores_with(study, out, rows):
    table = pd.concat([study.tables["scores"], pd.DataFrame(rows)])
    path = out.csv.with_name("scores.parquet")
    records.write(table.replace({np.nan: None}).to_dict("records"), SCORES, path)
    return path


def test_rows_are_readings_then_variants_in_order_then_folds(study, out):
    drawn = _draw(study, out)
    rows = list(dict.fromkeys(zip(drawn["split"], drawn["variant"], strict=True)))
    assert rows == [
        ("readings", "intra_rater"),
        ("readings", "inter_rater"),
        ("holdout", "default"),
        ("holdout", "integral"),
        ("holdout", "soft_kappa"),
        ("holdout", "mae"),
        ("folds", "default"),
    ]


def test_values_and_bounds_are_those_of_the_tables(study, out):
    keys = ["variant", "resolution", "share", "split", "seed", "scope", "group", "grade", "metric"]
    known = study.tables["scores"].merge(study.tables["intervals"], on=keys)
    known = known[(known["seed"] == -1) & (known["share"] == 1) & known["resolution"].isin([0, 48])]
    drawn = _draw(study, out).merge(known, on=["split", "variant", "metric"], suffixes=("", "_known"))
    assert len(drawn) == 2 * 7
    for column in ("value", "lower", "upper", "n"):
        assert drawn[column].tolist() == drawn[f"{column}_known"].tolist()


def test_points_and_numbers_show_the_values(study, out, saved, words):
    drawn = _draw(study, out)
    kappa = drawn[drawn["metric"] == "kappa_linear"]
    plot = saved[0].axes[2]
    points = [line.get_xdata()[0] for line in plot.lines if line.get_marker() in ("s", "o")]
    assert points == kappa["value"].tolist()
    shown = {text for text, _ in words(saved[0])}
    assert {f"{row.value:.2f} ({row.lower:.2f}, {row.upper:.2f})" for row in kappa.itertuples()} <= shown


def test_above_each_score_stands_its_posterior(study, out, saved):
    drawn = _draw(study, out)
    kappa = drawn[drawn["metric"] == "kappa_linear"].reset_index()
    drawn_paths = [shape.get_paths()[0].vertices for shape in saved[0].axes[2].collections]
    hills = [vertices for vertices in drawn_paths if len(vertices) > 10]
    assert len(hills) == len(kappa)
    for hill, row in zip(hills, kappa.itertuples(), strict=True):
        middle = (row.lower + row.upper) / 2
        assert hill[hill[:, 1].argmin(), 0] == pytest.approx(middle, abs=0.01)
        assert np.ptp(hill[:, 1]) == pytest.approx(0.6)


def test_integral_variant_is_held_against_the_fractional_reference(study, out):
    scores = study.tables["scores"]
    row = scores[(scores["variant"] == "integral") & (scores["metric"] == "mae")].assign(
        metric="mae_fractional_reference", value=0.29
    )
    drawn = _draw(study, out, scores=_scores_with(study, out, row))
    errors = drawn[(drawn["variant"] == "integral") & (drawn["metric"] != "kappa_linear")]
    assert errors[["metric", "value"]].values.tolist() == [["mae_fractional_reference", 0.29]]
    assert set(drawn.loc[drawn["variant"] == "default", "metric"]) == {"kappa_linear", "mae"}


def test_mean_of_folds_stands_last(study, out):
    scores = study.tables["scores"]
    means = scores[scores["split"] == "folds"].assign(split="fold-mean")
    drawn = _draw(study, out, scores=_scores_with(study, out, means))
    assert drawn["split"].iloc[-1] == "fold-mean"
    assert drawn.loc[drawn["split"] == "fold-mean", "lower"].isna().all()


def test_undefined_score_is_named(study, out, saved, words):
    scores = study.tables["scores"].copy()
    scores.loc[(scores["variant"] == "soft_kappa") & (scores["metric"] == "kappa_linear"), "value"] = np.nan
    path = out.csv.with_name("scores.parquet")
    records.write(scores.to_dict("records"), SCORES, path)
    _draw(study, out, scores=path)
    assert [text for text, _ in words(saved[0])].count("not defined") == 1


def test_scores_that_no_weights_change_have_no_whisker_and_their_axis_holds_no_noise(study, out, saved, words):
    tables = {name: study.tables[name].copy() for name in ("scores", *SPANS)}
    for name, columns in (("scores", ["value"]), *((spans, ["mean", "lower", "upper"]) for spans in SPANS)):
        tables[name].loc[tables[name]["metric"] == "kappa_linear", columns] = 0.0
    paths = {name: out.csv.with_name(f"{name}.parquet") for name in tables}
    for name, schema in (("scores", SCORES), *((spans, INTERVALS) for spans in SPANS)):
        records.write(tables[name].replace({np.nan: None}).to_dict("records"), schema, paths[name])
    records.write([], POSTERIORS, out.csv.with_name("posteriors.parquet"))
    _draw(study, out, **paths, posteriors=out.csv.with_name("posteriors.parquet"))
    plot = saved[0].axes[2]
    assert not plot.collections
    assert np.ptp(plot.get_xlim()) > 0.01
    assert [text for text, _ in words(saved[0])].count("0.00 (no interval)") == 7


def test_legible(study, out, saved, check_legible):
    _draw(study, out, labels={name: f"Label of {name}" for name in study.histories})
    check_legible(*saved)


def test_study_without_second_readings(study, out, saved, check_legible):
    scores = study.tables["scores"]
    path = out.csv.with_name("scores.parquet")
    records.write(scores[scores["split"] != "readings"].to_dict("records"), SCORES, path)
    assert "readings" not in set(_draw(study, out, scores=path)["split"])
    check_legible(*saved)


def test_nothing_scored_says_so(study, out, saved, words):
    path = out.csv.with_name("scores.parquet")
    records.write([], SCORES, path)
    drawn = _draw(study, out, run=replace(DEFAULT, resolution=7), scores=path)
    assert drawn.empty
    assert [text for text, _ in words(saved[0])] == ["No scores: none of the variants has been scored."]


@pytest.mark.parametrize(("width", "narrower"), [(0.5, True), (1.5, False)])
def test_means_of_folds_are_called_narrower_where_they_are(study, out, width, narrower):
    paths = {}
    for name, schema in (("scores", SCORES), ("intervals", INTERVALS)):
        table = study.tables[name]
        means = table[table["split"] == "folds"].assign(split="fold-mean")
        if name == "intervals":
            half = width * (means["upper"] - means["lower"]) / 2
            means = means.assign(lower=means["mean"] - half, upper=means["mean"] + half)
        paths[name] = out.csv.with_name(f"{name}.parquet")
        records.write(pd.concat([table, means]).replace({np.nan: None}).to_dict("records"), schema, paths[name])
    _draw(study, out, **paths)
    caption = read_words(out.words).caption
    assert "Means of the folds are weighed by fold: " in caption
    assert ("are narrower than those of pooled folds" in caption) == narrower


def test_long_names_of_variants_cover_nothing(study, out, saved, check_legible):
    long = "Ordinal cross-entropy on soft targets, a deeper network and {} with a dollar of $x_1$"
    _draw(study, out, labels={name: long.format(name) for name in LABELS})
    check_legible(*saved)
    assert saved[0].get_figheight() < 5

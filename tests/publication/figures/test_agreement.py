from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from drawn_study import CONTEXT
from matplotlib.text import Text

from discgrade import records
from discgrade.grades import FRACTIONAL, INTEGRAL, is_grade
from discgrade.publication.figures.agreement import agreement, scored_points
from discgrade.publication.figures.drawing.pictures import disc_pictures
from discgrade.records.results.scores import GRADED
from discgrade.settings.run import Run

DEFAULT = Run("default", 48, 1, "holdout", 1)


def _draw(study, out, run=DEFAULT, *, pictures=True, graded=None, label="Default model"):
    agreement(
        graded=graded or study.graded,
        discs=study.discs,
        samples=study.samples,
        scores=study.scores,
        intervals=study.intervals,
        shown=study.shown,
        run=run,
        label=label,
        figure="2",
        pictures=pictures,
        seed=1,
        context=CONTEXT,
        files=out,
    )
    return pd.read_csv(out.csv, keep_default_na=False)


def test_table_holds_every_scored_sample_of_the_run_alone(study, out):
    drawn = _draw(study, out)
    graded = study.tables["graded"]
    run = graded[graded[list(DEFAULT.wildcards)].eq(DEFAULT.wildcards).all(axis=1)]
    assert (
        drawn[["disc", "reference", "predicted"]].values.tolist()
        == run[["disc", "reference", "predicted"]].values.tolist()
    )
    levels = study.tables["discs"].set_index("disc")["level"]
    assert drawn["level"].tolist() == levels[drawn["disc"]].tolist()


def test_points_are_the_drawn_ones(study, out, saved):
    drawn = _draw(study, out)
    points = next(line for line in saved[0].axes[0].lines if len(line.get_xdata()) == len(drawn))
    np.testing.assert_allclose(points.get_xydata(), drawn[["x", "y"]])


def test_jitter_stays_within_a_tenth_of_a_grade_and_fills_it(study):
    points = scored_points(study.graded, study.discs, DEFAULT, seed=1)
    offset = points[["x", "y"]].to_numpy() - points[["reference", "predicted"]].to_numpy()
    assert np.abs(offset).max() <= 0.1
    assert np.ptp(offset, axis=0) == pytest.approx([0.2, 0.2], abs=0.01)
    assert abs(np.corrcoef(offset.T)[0, 1]) < 0.2
    assert is_grade(points[["reference", "predicted"]]).all()


def test_jitter_of_a_disc_depends_on_nothing_but_seed_and_disc(study, tmp_path):
    points = scored_points(study.graded, study.discs, DEFAULT, seed=1).set_index("disc")[["x", "y", "outlier"]]
    shuffled = study.tables["graded"].sample(frac=1, random_state=3)
    records.write(shuffled.to_dict("records"), GRADED, tmp_path / "graded.parquet")
    again = scored_points(tmp_path / "graded.parquet", study.discs, DEFAULT, seed=1).set_index("disc")
    assert again.loc[points.index, points.columns].equals(points)
    other = scored_points(study.graded, study.discs, DEFAULT, seed=2).set_index("disc")
    assert (other["x"] != points["x"]).all()


def test_outliers_are_the_largest_deviations_each_of_another_disc(study):
    points = scored_points(study.graded, study.discs, replace(DEFAULT, variant="paper_protocol"), seed=1)
    named = points[points["outlier"] != ""].sort_values("outlier")
    assert named["outlier"].tolist() == list("ABCD")
    assert named["deviation"].abs().is_monotonic_decreasing
    largest = points["deviation"].abs().groupby(points["disc"]).max().nlargest(4)
    assert sorted(named["deviation"].abs()) == sorted(largest)
    assert named["disc"].is_unique


def test_perfect_run_has_no_outliers(study, out, saved, check_legible):
    graded = study.tables["graded"].assign(predicted=lambda rows: rows["reference"])
    path = out.csv.with_name("graded.parquet")
    records.write(graded.to_dict("records"), GRADED, path)
    drawn = _draw(study, out, graded=path)
    assert set(drawn["outlier"]) == {""}
    assert len(saved[0].axes) == 1
    check_legible(*saved)


def test_pictures_show_the_outliers_as_read(study, out, saved, check_legible):
    drawn = _draw(study, out)
    outliers = drawn[drawn["outlier"] != ""].sort_values("outlier")
    read = disc_pictures(study.samples, 48, outliers["disc"])
    shown = [axes for axes in saved[0].axes if axes.images]
    for axes, row in zip(shown, outliers.to_dict("records"), strict=True):
        assert axes.get_title(loc="left") == f"{row['outlier']}  {row['level']}"
        assert axes.get_xlabel() == f"reference {row['reference']:g}, predicted {row['predicted']:g}"
        assert np.array_equal(axes.images[0].get_array(), read[row["disc"]])
    check_legible(*saved)


def test_pictures_of_discs_that_are_asked_for(study):
    read = disc_pictures(study.samples, 48, ["P0003-1", "P0002-4", "nobody"])
    assert set(read) == {"P0003-1", "P0002-4"}
    assert {(picture.shape, picture.dtype.str) for picture in read.values()} == {((48, 48), "<u2")}


def test_samples_of_another_resolution_are_refused(study):
    with pytest.raises(ValueError, match="not the expected table"):
        disc_pictures(study.samples, 64, ["P0003-1"])


def test_no_pictures_where_they_are_turned_off(study, out, saved, check_legible):
    _draw(study, out, pictures=False)
    assert not any(axes.images for axes in saved[0].axes)
    check_legible(*saved)


def test_rings_and_letters_lie_in_the_plot(study, out, saved):
    drawn = _draw(study, out, pictures=False)
    axes = saved[0].axes[0]
    letters = {text.get_text(): text.get_position() for text in axes.texts}
    outliers = drawn[drawn["outlier"] != ""].set_index("outlier")
    assert set(letters) == set("ABCD")
    for name, place in letters.items():
        assert axes.viewLim.contains(*place)
        assert np.hypot(*(place - outliers.loc[name, ["x", "y"]].to_numpy(float))) == pytest.approx(0.2)


def test_integral_grades_have_their_own_grid(integral_study, out, saved, check_legible):
    drawn = _draw(integral_study, out)
    assert np.abs(drawn["x"] - drawn["reference"]).max() == pytest.approx(0.3, abs=0.02)
    assert saved[0].axes[0].get_xticks().tolist() == INTEGRAL.tolist()
    assert not len(saved[0].axes[0].get_xticks(minor=True))
    check_legible(*saved)


def test_grid_of_valid_grades(study, out, saved):
    _draw(study, out)
    ticks = np.r_[saved[0].axes[0].get_yticks(), saved[0].axes[0].get_yticks(minor=True)]
    assert sorted(ticks) == FRACTIONAL.tolist()


def test_augmented_copies_are_counted_apart(study, out, saved, words, check_legible):
    drawn = _draw(study, out, run=replace(DEFAULT, variant="paper_protocol"), label="Copies scored")
    discs = drawn["disc"].nunique()
    title = saved[0].axes[0].get_title(loc="left")
    assert title.startswith(f"Copies scored: {4 * discs:,} copies of {discs} discs")
    check_legible(*saved)


def test_external_discs_are_left_out(study, out):
    graded = study.tables["graded"].copy()
    graded.loc[graded["disc"] == "P0000-0", "part"] = "external"
    path = out.csv.with_name("graded.parquet")
    records.write(graded.to_dict("records"), GRADED, path)
    assert "P0000-0" not in set(_draw(study, out, graded=path)["disc"])


def test_missing_variant_says_so(study, out, saved, words):
    _draw(study, out, run=replace(DEFAULT, variant="my_regression"), label="My regression")
    assert out.csv.read_text() == "disc,copy,level,reference,predicted,deviation,x,y,outlier\n"
    shown = [text for text, _ in words(saved[0])]
    assert shown == ["The study trains no variant that it would show (“My regression”)."]


def test_same_tables_give_the_same_bytes(study, files):
    _draw(study, files)
    first = [path.read_bytes() for path in vars(files).values()]
    _draw(study, files)
    assert [path.read_bytes() for path in vars(files).values()] == first
    assert b"/Subtype /Image" in files.pdf.read_bytes()


def test_a_long_name_covers_nothing(study, out, saved, check_legible):
    _draw(study, out, label="Ordinal cross-entropy on soft targets, a deeper network and 100 % of a $x_1$ & more")
    check_legible(*saved)
    assert not any(text.get_parse_math() for text in saved[0].findobj(Text))

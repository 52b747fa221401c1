from dataclasses import replace

import numpy as np
import pandas as pd
from drawn_study import CONTEXT
from matplotlib.figure import Figure
from sklearn.metrics import confusion_matrix

from discgrade.grades import integral
from discgrade.publication.figures.confusion import Counted, confusion, count_pairs, draw_matrices
from discgrade.publication.figures.drawing.panels import Panel
from discgrade.publication.figures.drawing.style import lay_out, styled
from discgrade.settings.run import Run

DEFAULT = Run("default", 48, 1, "holdout", 1)
FOLDS = [replace(DEFAULT, split=f"fold-{number:02d}") for number in range(1, 6)]


def _panel(name, *runs):
    return Panel(name, name, runs)


def _expected(study, variant, splits):
    graded = study.tables["graded"]
    plain = (graded["variant"] == variant) & (graded["share"] == 1) & (graded["resolution"] == 48)
    rows = graded[plain & graded["split"].isin(splits)]
    return confusion_matrix(integral(rows["reference"]).astype(int), integral(rows["predicted"]).astype(int))


def test_counts_are_those_of_scikit_learn(study):
    for variant in ("default", "integral", "mae"):
        counted = count_pairs(study.graded, _panel(variant, replace(DEFAULT, variant=variant)))
        assert np.array_equal(counted.matrix, _expected(study, variant, ["holdout"]))


def test_folds_add_up(study):
    counted = count_pairs(study.graded, _panel("folds", *FOLDS))
    assert np.array_equal(counted.matrix, _expected(study, "default", [run.split for run in FOLDS]))
    assert counted.discs == counted.matrix.sum() == 780


def test_discs_behind_copies_are_counted(study):
    counted = count_pairs(study.graded, _panel("copies", replace(DEFAULT, variant="paper_protocol")))
    graded = study.tables["graded"]
    assert counted.discs == graded.loc[graded["variant"] == "paper_protocol", "disc"].nunique()
    assert counted.matrix.sum() == 4 * counted.discs


def test_table_holds_every_cell_and_its_share(study, out, saved, check_legible):
    never = replace(DEFAULT, variant="mine")
    panels = [_panel("default", DEFAULT), _panel("default, folds", *FOLDS), _panel("mine", never)]
    confusion(graded=study.graded, panels=panels, context=CONTEXT, files=out)
    drawn = pd.read_csv(out.csv)
    assert drawn["panel"].unique().tolist() == ["default", "default, folds"]
    matrix = drawn[drawn["panel"] == "default, folds"].pivot(index="reference", columns="predicted", values="n")
    assert np.array_equal(matrix, count_pairs(study.graded, _panel("folds", *FOLDS)).matrix)
    assert drawn.groupby(["panel", "reference"])["share"].sum().round(12).eq(1).all()
    check_legible(*saved)


def test_cells_show_their_counts(study, out, saved):
    confusion(
        graded=study.graded,
        panels=[Panel("default, folds", "Default model, folds", tuple(FOLDS))],
        context=CONTEXT,
        files=out,
    )
    assert saved[0].axes[0].get_title(loc="left") == "Default model, folds\nn = 780"
    matrix = count_pairs(study.graded, _panel("folds", *FOLDS)).matrix
    shown = [text.get_text() for text in saved[0].axes[0].texts]
    totals = matrix.sum(axis=1).repeat(5)
    expected = zip(matrix.ravel(), totals, strict=True)
    assert shown == [f"{n}\n{100 * n / total:.0f} %" if n else "" for n, total in expected]


def test_all_variants_on_one_page(study, out, saved, check_legible):
    variants = study.tables["graded"]["variant"].unique()
    panels = [
        Panel(variant, f"A rather long name of {variant}", (replace(DEFAULT, variant=variant),)) for variant in variants
    ]
    confusion(graded=study.graded, panels=panels, context=CONTEXT, files=out)
    assert sum(bool(axes.images) for axes in saved[0].axes) == len(variants)
    check_legible(*saved)


def test_legible_with_tens_of_thousands_of_samples(check_legible):
    with styled():
        figure = Figure(figsize=(178 / 25.4, 160 / 25.4), layout="constrained")
        full = np.full((5, 5), 31_792)
        draw_matrices(figure, [Counted(_panel(f"variant {number}"), full, 9) for number in range(10)], 175)
        lay_out(figure)
    check_legible(figure)


def test_grade_without_samples_has_no_share(study, out):
    run = replace(DEFAULT, split="fold-01")
    confusion(graded=study.graded, panels=[_panel("One fold", run)], context=CONTEXT, files=out)
    drawn = pd.read_csv(out.csv)
    totals = drawn.groupby("reference")["n"].transform("sum")
    assert drawn["share"].isna().equals(totals == 0)


def test_nothing_predicted_says_so(study, out, saved, words):
    confusion(
        graded=study.graded, panels=[_panel("Mine", replace(DEFAULT, variant="mine"))], context=CONTEXT, files=out
    )
    assert out.csv.read_text() == "panel,reference,predicted,n,share\n"
    assert [text for text, _ in words(saved[0])] == ["No predictions: none of the runs that it shows has been scored."]


def test_every_share_lies_within_its_cell(words):
    """White letters on the white of an empty neighbour would not be seen: 100 % would read 00 %."""
    with styled():
        figure = Figure(figsize=(85 / 25.4, 235 / 25.4), layout="constrained")
        matrix = np.diag([1_234] * 5)
        draw_matrices(figure, [Counted(_panel(f"variant {number}"), matrix, 9) for number in range(10)], 85)
        lay_out(figure)
    shown = words(figure)
    cell = figure.axes[0].get_window_extent().width / 5
    assert max(box.width for text, box in shown if "%" in text and "\n" in text) <= cell


def test_a_long_name_leaves_its_matrix_as_large(study, out, saved):
    sides = []
    for name in ("Short", "A name that takes a whole lot of lines above its panel " * 3):
        confusion(graded=study.graded, panels=[Panel("one", name, (DEFAULT,))] * 4, context=CONTEXT, files=out)
        sides.append(saved[-2].axes[0].get_position().height * saved[-2].get_figheight())
    assert sides[1] > 0.9 * sides[0]

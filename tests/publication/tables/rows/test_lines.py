"""Rows of a study in a table of scores."""

from math import nan

from prose import faults_of

from discgrade.publication.keys import Key
from discgrade.publication.render.table import DASH
from discgrade.publication.tables.rows.lines import Line, line_cell
from discgrade.publication.tables.rows.readers import doubly_read_lines
from discgrade.publication.tables.rows.scores import Study
from discgrade.settings.run import Run

RUN = Run("integral", 48, 1, "holdout", -1)


def scored(**values: float) -> Study:
    rows = {Key(RUN, name): {"value": value, "n": 20, "reason": None} for name, value in values.items()}
    return Study(rows, {}, {})


def test_a_constant_predictor_has_no_correlation_in_words():
    against = {"mae_fractional_reference": 0.51, "pearson_r_fractional_reference": nan}
    study = scored(accuracy=0.4, mae=0.5, **against)
    (note,) = line_cell(study, Line("integral", "Integral", RUN), "mae").notes
    assert note.endswith("against the fractional reference MAE 0.510 and r undefined.")
    assert faults_of(note) == []


def test_an_undefined_score_is_a_dash_with_its_reason():
    cell = line_cell(scored(accuracy=0.4, mcc=nan), Line("integral", "Integral", RUN), "mcc")
    assert (cell.text, cell.notes) == (DASH, ("Undefined, no samples in one of the folds.",))


def test_an_undefined_difference_to_another_reading_is_no_footnote(paperlike):
    run = Run("default", 48, 1, "folds", -1)
    scores = {Key(run, metric, "reread", "R1.1"): {"value": 0.5, "n": 9} for metric in ("accuracy", "kappa_linear")}
    compared = {"difference": nan, "lower": nan, "upper": nan, "greater": nan}
    study = Study(scores, {}, {(Key(run, "kappa_linear", "reread", "R1.1"), "R1.2"): compared})
    (line,) = doubly_read_lines(study, paperlike.context)
    assert line.notes == ()

"""Every score that a figure draws names where it was read, and it stands there."""

import pytest
from drawn_study import CONTEXT
from traced_cells import cells_of

from discgrade.provenance.audit.cell_numbers import faults
from discgrade.publication.figures.confusion import confusion
from discgrade.publication.figures.drawing.panels import Panel
from discgrade.publication.figures.forest.figure import forest
from discgrade.publication.figures.trends import figure3, figure4
from discgrade.settings.run import Run

DEFAULT = Run("default", 48, 1, "holdout", 1)


@pytest.fixture
def paths(study):
    return {"scores": study.scores, "intervals": study.intervals, "shown": study.shown, "run": DEFAULT}


def _cells(out):
    return [cell for cell in cells_of(out.csv, out.csv.parent) if cell.keys]


def _check(study, out, columns):
    cells = _cells(out)
    assert {cell.column for cell in cells} == columns
    assert [fault for cell in cells for fault in faults(study.scores.parent, cell)] == []


DRAWN = {"value", "n", "lower", "upper", "probability", "unit", "inner_lower", "inner_upper", "inner_probability"}


def test_forest(study, out, paths):
    forest(
        **paths,
        posteriors=study.posteriors,
        labels=dict.fromkeys(("default", "integral", "mae"), "Label"),
        context=CONTEXT,
        files=out,
    )
    _check(study, out, DRAWN)


def test_trends(study, out, paths):
    figure4(**paths, context=CONTEXT, files=out)
    _check(study, out, DRAWN)
    figure3(**paths, discs=study.discs, splits=study.splits, context=CONTEXT, files=out)
    _check(study, out, DRAWN | {"training_discs"})


def test_a_score_without_an_interval_has_no_key_of_one(study, out, paths):
    forest(**paths, posteriors=study.posteriors, labels={"default": "Default"}, context=CONTEXT, files=out)
    assert {key.table for cell in _cells(out) for key in cell.keys} == {"scores", "intervals", "shown_intervals"}
    forest(
        **paths | {"intervals": study.no_intervals, "shown": study.no_intervals},
        posteriors=study.posteriors,
        labels={"default": "Default"},
        context=CONTEXT,
        files=out,
    )
    assert {key.table for cell in _cells(out) for key in cell.keys} == {"scores"}


def test_counts_of_pooled_folds_name_every_fold(study, out):
    folds = tuple(Run("default", 48, 1, f"fold-{number:02d}", 1) for number in range(1, 6))
    confusion(graded=study.graded, panels=[Panel("default, folds", "Default", folds)], context=CONTEXT, files=out)
    for cell in _cells(out):
        assert [(key.table, key.split, key.enters) for key in cell.keys] == [
            ("graded", run.split, "from") for run in folds
        ]

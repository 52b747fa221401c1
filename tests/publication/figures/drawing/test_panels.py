"""Which runs the panels of a figure show."""

import pytest
from invented_study import CONFIG, study_of

from discgrade.publication.figures.drawing.panels import confusion_panels, curve_panels


@pytest.fixture(scope="module")
def study():
    labels = {name: {"label": f"Label of {name}", **variant} for name, variant in CONFIG["variants"].items()}
    return study_of(**CONFIG | {"variants": labels, "grid": CONFIG["grid"] | {"folds": ["default"], "seeds": [1, 2]}})


def test_confusion_matrices_add_up_the_seeds_and_the_folds_of_a_variant(study):
    panels = {panel.name: panel for panel in confusion_panels(study)}
    assert list(panels) == ["default", "integral", "soft_kappa", "mse", "default, folds"]
    assert panels["mse"].title == "Label of mse"
    assert [(run.split, run.seed) for run in panels["mse"].runs] == [("holdout", 1), ("holdout", 2)]
    assert panels["default, folds"].title == "Label of default, folds"
    assert [(run.split, run.seed) for run in panels["default, folds"].runs] == [
        ("fold-01", 1), ("fold-01", 2), ("fold-02", 1), ("fold-02", 2),
    ]  # fmt: skip


def test_curves_name_each_seed_and_title_each_variant(study):
    panels = curve_panels(study)
    assert [panel.name for panel in panels[:2]] == ["default, seed 1", "default, seed 2"]
    assert [panel.title for panel in panels[:2]] == ["Label of default"] * 2
    assert all(len(panel.runs) == 1 for panel in panels)


def test_one_seed_is_not_named():
    assert [panel.name for panel in curve_panels(study_of(**CONFIG))] == ["default", "integral", "soft_kappa", "mse"]

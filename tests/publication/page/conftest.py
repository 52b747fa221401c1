"""Reports of invented studies: two whole ones, and one of each kind of little."""

from collections.abc import Callable
from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import pandas as pd
import pytest
from invented_report import Reported, report_of
from invented_study import draw, make_study, score, write_table

from discgrade import records
from discgrade.records.cohort.discs import DISCS

ALONE = {"default": {"loss": "categorical_crossentropy", "scale": "fractional"}}
SMALL: dict[str, Any] = {
    "patients": 12,
    "again": 20,
    "second": 20,
    "variants": ALONE,
    "grid": {"variants": None, "folds": ["default"], "seeds": [1]},
    "images": {"resolution": 48, "resolutions": []},
    "splits": {"folds": 2, "shares": [1]},
}
LITTLE: dict[str, dict[str, Any]] = {
    "one rater": {"second": 0},
    "one reading": {"again": 0, "second": 0},
    "one scale": {
        "whole": True,
        "variants": {"integral": {"loss": "categorical_crossentropy", "scale": "integral"}},
        "grid": {"default": "integral", "variants": None, "folds": ["integral"], "seeds": [1]},
    },
    "one grade": {},
    "one patient": {
        "patients": 1,
        "again": 0,
        "second": 0,
        "grid": {"variants": None, "folds": [], "seeds": [1]},
    },
    "no folds": {"grid": {"variants": None, "folds": [], "seeds": [1]}},
    "no phantom": {},
}
"""Changes of a small study of one's own, by what it has little of."""


def made_of(folder: Any, name: str) -> SimpleNamespace:
    """Return a scored study that has little of something."""
    made = make_study(folder, **SMALL | LITTLE[name])
    own = replace(made.study.cohort, source="rating")
    made.study = replace(made.study, cohort=own, report=replace(made.study.report, compare_with_paper=False))
    if name == "one grade":
        discs: pd.DataFrame = records.read(made.discs, DISCS).to_pandas()
        write_table(discs.assign(grade=3.0, integral=3.0), DISCS, made.discs)
    score(made)
    draw(made, draws=200, show=0.95)
    return made


@pytest.fixture(scope="session", params=list(LITTLE))
def little(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, tabulate: Callable) -> Reported:
    """The report of a study with one rater, one reading, one scale, one grade, one patient, no folds, no phantom."""
    made = tabulate(made_of(tmp_path_factory.mktemp("little"), request.param))
    return report_of(made, "report", absent={"figure5": "This study trained no regression."})


@pytest.fixture(scope="session")
def whole(paperlike: SimpleNamespace) -> Reported:
    """The report of a study like the paper's, on a phantom."""
    return report_of(paperlike, "report")

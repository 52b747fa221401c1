"""Tables of two invented studies: one like the paper's, one with integral grades, one rater and one cohort."""

import json
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import pandas as pd
import pytest
from invented_study import CONFIG, NOISE, draw, make_study, score, write_table

from discgrade import records
from discgrade.publication.tables.cohort import cohort
from discgrade.publication.tables.statements import statements
from discgrade.publication.tables.table2 import table2
from discgrade.publication.tables.table3 import table3
from discgrade.publication.tables.table4 import table4
from discgrade.records.discs import DISCS
from discgrade.settings import grid

KINDS = ("csv", "md", "tex", "html")


def make_tables(made: SimpleNamespace, **changes: object) -> SimpleNamespace:
    """Write every table but the first of a scored study."""
    config = made.config | {"study": "invented", "cohort": {"source": "phantom"}} | changes
    context = grid.reporting(config)
    flow = made.folder / "flow.json"
    stages = [{"unit": "files", "received": 70, "excluded": {"no pixels": 3}, "kept": 67}]
    flow.write_text(json.dumps({"stages": stages, "reference": "reading 1 by R1"}))
    scores = {"scores": made.scores, "intervals": made.intervals, "context": context}
    compared = scores | {"comparisons": made.comparisons}
    made.tables = {
        name: {kind: made.folder / "tables" / f"{name}.{kind}" for kind in KINDS}
        for name in ("table2", "table3", "table4", "statements", "cohort")
    }
    table2(**compared, destination=made.tables["table2"])
    table3(**scores, destination=made.tables["table3"])
    table4(**scores, destination=made.tables["table4"])
    statements(**compared, graded=made.graded, destination=made.tables["statements"])
    cohort(discs=made.discs, ratings=made.ratings, flow=flow, context=context, destination=made.tables["cohort"])
    made.context = context
    return made


@pytest.fixture(scope="session")
def paperlike(tmp_path_factory: pytest.TempPathFactory) -> SimpleNamespace:
    NOISE["paper_protocol"] = 0.2
    protocol = {"scale": "fractional", "protocol": {"score": "augmented", "checkpoint": "scored"}}
    made = make_study(
        tmp_path_factory.mktemp("paperlike"),
        patients=48,
        external=6,
        copies=2,
        variants=CONFIG["variants"] | {"paper_protocol": protocol},
        grid=CONFIG["grid"] | {"folds": ["default"]},
    )
    score(made)
    draw(made, draws=1000)
    return make_tables(made)


@pytest.fixture(scope="session")
def plain(tmp_path_factory: pytest.TempPathFactory) -> SimpleNamespace:
    made = make_study(
        tmp_path_factory.mktemp("plain"),
        patients=30,
        whole=True,
        again=0,
        second=0,
        variants={"integral": {"scale": "integral"}},
        grid={"default": "integral", "variants": None, "folds": ["integral"], "seeds": [1]},
        images={"resolution": 48, "resolutions": []},
        splits={"folds": 2, "shares": [1]},
    )
    discs = records.read(made.discs, DISCS).to_pandas()
    discs = discs.assign(cohort="clinic", sex=None, age=float("nan"), manufacturer=None)
    write_table(discs, DISCS, made.discs)
    score(made)
    draw(made, draws=500)
    return make_tables(made)


def values(made: SimpleNamespace, name: str) -> pd.DataFrame:
    return pd.read_csv(made.tables[name]["csv"])


def markdown(made: SimpleNamespace, name: str) -> dict[str, list[str]]:
    """Return the rows of a Markdown table by their label, the first of each label."""
    rows: dict[str, list[str]] = {}
    for line in made.tables[name]["md"].read_text().splitlines():
        if line.startswith("|"):
            cells = [cell.strip() for cell in line.strip("|").split(" | ")]
            rows.setdefault(cells[0].split("<sup>")[0], cells[1:])
    return rows


@pytest.fixture(scope="session")
def read() -> SimpleNamespace:
    """How tests read a table: `values` of its CSV, `markdown` rows by label, whole `text` of a kind."""
    return SimpleNamespace(
        values=values, markdown=markdown, text=lambda made, name, kind="md": Path(made.tables[name][kind]).read_text()
    )


@pytest.fixture(scope="session")
def tabulate() -> Callable[[SimpleNamespace], SimpleNamespace]:
    """The function that writes the tables of a scored study."""
    return make_tables

"""Tables of two invented studies: one like the paper's, one with integral grades, one rater and one cohort."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import pandas as pd
import pytest
from invented_study import CONFIG, NOISE, be_certain, be_stable, draw, make_study, score, write_table

from discgrade import records
from discgrade.publication.context import compared_context_of
from discgrade.publication.render.files import TableFiles
from discgrade.publication.tables.certainty import certainty
from discgrade.publication.tables.cohort import cohort
from discgrade.publication.tables.paper.statements import statements
from discgrade.publication.tables.paper.table2 import table2
from discgrade.publication.tables.paper.table3 import table3
from discgrade.publication.tables.paper.table4 import table4
from discgrade.publication.tables.stability import stability
from discgrade.publication.wording import data_words
from discgrade.records.cohort.discs import DISCS
from discgrade.records.cohort.flow import CohortSize, Flow, Stage, write_flow

LABELS = {
    "default": "Default model",
    "integral": "Integral grades",
    "soft_kappa": "Soft κ of ours",
    "mse": "MSE loss",
    "paper_protocol": "Copies scored",
}
NAMES = ("table2", "table3", "table4", "statements", "certainty", "stability", "cohort")


def table_files(folder: Path, name: str) -> TableFiles:
    return TableFiles(*(folder / f"{name}.{kind}" for kind in ("csv", "md", "tex", "html", "keys.csv", "json")))


def make_tables(made: SimpleNamespace, folder: str = "tables", **changes: object) -> SimpleNamespace:
    """Write every table but the first of a scored study; `changes` are of its context. Return where they are."""
    context = replace(compared_context_of(made.study), **changes)
    flow = made.folder / "flow.json"
    stages = (Stage("files", 70, {"no pixels": 3}, 67),)
    write_flow(Flow(stages, "reading 1 by R1", ("fractional",), {}, {"primary": CohortSize(1, 5)}), flow)
    scores = {"scores": made.scores, "intervals": made.intervals, "context": context}
    compared = scores | {"comparisons": made.comparisons}
    tables = {name: table_files(made.folder / folder, name) for name in NAMES}
    table2(**compared, files=tables["table2"])
    table3(**scores, files=tables["table3"])
    table4(**scores, files=tables["table4"])
    statements(**compared, graded=made.graded, files=tables["statements"])
    learned = be_certain(made)
    certainty(**learned, context=context, files=tables["certainty"])
    stability(**scores, stability=be_stable(made), files=tables["stability"])
    data = data_words(context.study, context.source)
    cohort(
        discs=made.discs,
        ratings=made.ratings,
        flow=flow,
        data=data,
        headers=True,
        compare=context.compare,
        files=tables["cohort"],
    )
    return SimpleNamespace(**vars(made) | {"tables": tables, "context": context})


@pytest.fixture(scope="session")
def paperlike(tmp_path_factory: pytest.TempPathFactory) -> SimpleNamespace:
    NOISE["paper_protocol"] = 0.2
    copies = {"loss": "categorical_crossentropy", "scale": "fractional"}
    copies |= {"protocol": {"score": "augmented", "checkpoint": "scored"}}
    variants = CONFIG["variants"] | {"paper_protocol": copies}
    made = make_study(
        tmp_path_factory.mktemp("paperlike"),
        patients=48,
        external=6,
        copies=2,
        variants={name: variant | {"label": LABELS[name]} for name, variant in variants.items()},
        grid=CONFIG["grid"] | {"folds": ["default"]},
    )
    score(made)
    draw(made, draws=1000, show=0.95)
    return make_tables(made)


@pytest.fixture(scope="session")
def plain(tmp_path_factory: pytest.TempPathFactory) -> SimpleNamespace:
    made = make_study(
        tmp_path_factory.mktemp("plain"),
        patients=30,
        whole=True,
        again=0,
        second=0,
        variants={"integral": {"loss": "categorical_crossentropy", "scale": "integral"}},
        grid={"default": "integral", "variants": None, "folds": ["integral"], "seeds": [1]},
        images={"resolution": 48, "resolutions": []},
        splits={"folds": 2, "shares": [1]},
    )
    discs = records.read(made.discs, DISCS).to_pandas()
    discs = discs.assign(cohort="clinic", sex=None, age=float("nan"), manufacturer=None)
    write_table(discs, DISCS, made.discs)
    score(made)
    draw(made, draws=500, show=0.95)
    return make_tables(made)


def values(made: SimpleNamespace, name: str) -> pd.DataFrame:
    return pd.read_csv(made.tables[name].csv)


def markdown(made: SimpleNamespace, name: str) -> dict[str, list[str]]:
    """Return the rows of a Markdown table by their label, the first of each label."""
    rows: dict[str, list[str]] = {}
    for line in made.tables[name].md.read_text().splitlines():
        if line.startswith("|"):
            cells = [cell.strip() for cell in line.strip("|").split(" | ")]
            rows.setdefault(cells[0].split("<sup>")[0], cells[1:])
    return rows


@pytest.fixture(scope="session")
def read() -> SimpleNamespace:
    """How tests read a table: `values` of its CSV, `markdown` rows by label, whole `text` of a kind."""
    return SimpleNamespace(
        values=values,
        markdown=markdown,
        text=lambda made, name, kind="md": getattr(made.tables[name], kind).read_text(),
    )


@pytest.fixture(scope="session")
def tabulate() -> Callable[[SimpleNamespace], SimpleNamespace]:
    """The function that writes the tables of a scored study."""
    return make_tables

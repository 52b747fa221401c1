"""The cohort: patients, discs, scanners, readings and exclusions, beside the paper's."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path

import pandas as pd

from discgrade import records
from discgrade.publication.published import PAPER, citation, published, remarks, source
from discgrade.publication.render.files import write_table
from discgrade.publication.render.table import DASH, Cell, Row, Section, Table
from discgrade.publication.tables.captions import Context, data_words
from discgrade.publication.tables.facts import TOTAL, Fact, disc_facts, flow_facts, patient_facts, reading_facts
from discgrade.records.discs import DISCS
from discgrade.records.readings import RATINGS

_PRINTED = ("primary", "supplemental", TOTAL)
_ORDER = {"primary": 0, "supplemental": 1, "external": 3}


def cohort(*, discs: Path, ratings: Path, flow: Path, context: Context, destination: Mapping[str, Path]) -> None:
    """Print who and what was studied.

    Args:
        discs: `discs.parquet`.
        ratings: `ratings.parquet`.
        flow: `flow.json`.
        context: As `study.reporting` returns.
        destination: Path of each of csv, md, tex and html.
    """
    kept = records.read(discs, DISCS).to_pandas()
    readings = records.read(ratings, RATINGS, ["disc", "rater", "reading"]).to_pandas().drop_duplicates()
    names = sorted(kept["cohort"].unique(), key=lambda name: (_ORDER.get(name, 2), name))
    groups = {name: kept[kept["cohort"] == name] for name in names} | {TOTAL: kept}
    counts = json.loads(flow.read_text(encoding="utf-8"))
    parts = {
        "Patients": list(patient_facts(groups)),
        "Discs": list(disc_facts(groups)),
        "Readings": list(reading_facts(groups, readings)),
        "Received, excluded and kept": list(flow_facts(counts["stages"])),
    }
    table = Table(
        name="cohort",
        title="The cohort.",
        caption=f"{data_words(context)}; reference grade: {counts['reference']}. Published: {source(PAPER)}.",
        stub="",
        headings=[Cell(name.capitalize()) for name in (*groups, *_PRINTED)],
        spans=[("This study", len(groups)), (citation(PAPER), len(_PRINTED))],
        sections=[Section(Cell(title), [_row(fact, list(groups)) for fact in part]) for title, part in parts.items()],
    )
    write_table(table, pd.DataFrame([_values(fact) for part in parts.values() for fact in part]), destination)


def _printed(fact: Fact) -> Mapping[str, str]:
    return next((row for row in published("cohort") if row["row"] == fact.row), {})


def _text(value: int | str) -> str:
    return f"{value:,}" if isinstance(value, int) else value


def _row(fact: Fact, groups: Sequence[str]) -> Row:
    cells = []
    for name in groups:
        value = fact.values.get(name)
        reasons = (fact.reason,) if name in fact.values else ()
        cells.append(Cell(_text(value)) if value is not None else Cell(DASH if reasons else "", notes=reasons))
    printed = _printed(fact)
    texts = [printed.get(name, "") for name in _PRINTED]
    notes = remarks([printed.get("notes", "")])
    last = max((index for index, text in enumerate(texts) if text), default=-1)
    theirs = [
        Cell(_text(int(text)) if text.isdigit() else text, notes=notes if index == last else ())
        for index, text in enumerate(texts)
    ]
    return Row(Cell(fact.words), [*cells, *theirs])


def _values(fact: Fact) -> dict[str, object]:
    printed = _printed(fact)
    theirs = {f"published_{name}": printed.get(name) or None for name in _PRINTED}
    return {"row": fact.row, "words": fact.words, **fact.values, **theirs}

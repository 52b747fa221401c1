"""The cohort: patients, discs, scanners, readings and exclusions, next to the paper's."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from discgrade import records
from discgrade.publication.keys import Traced, keys_in
from discgrade.publication.published import PAPER, citation, published, remarks, source
from discgrade.publication.render.files import TableFiles, write_table
from discgrade.publication.render.table import DASH, Cell, Row, Section, Table, absences
from discgrade.publication.tables.rows.facts import (
    HEADERS,
    MADE_UP,
    TOTAL,
    UNKNOWN,
    Fact,
    disc_facts,
    flow_facts,
    patient_facts,
    reading_facts,
)
from discgrade.records.cell_keys import CellKey
from discgrade.records.cohort.discs import DISCS
from discgrade.records.cohort.flow import read_flow
from discgrade.records.cohort.readings import RATINGS

_PRINTED = ("primary", "supplemental", TOTAL)
_ORDER = {"primary": 0, "supplemental": 1, "external": 3}


def cohort(
    *, discs: Path, ratings: Path, flow: Path, data: str, headers: bool, compare: bool, files: TableFiles
) -> None:
    """Print who and what was studied, next to the paper's cohort if compared.

    Args:
        discs: `discs.parquet`.
        ratings: `ratings.parquet`.
        flow: `flow.json`.
        data: Whose the study's data are, as `wording.data_words` says it.
        headers: Whether the scans' headers tell the truth; if not, nothing of scanners and people is printed.
        compare: Whether the paper's cohort, and what is not known of this one, is shown.
        files: What to write.
    """
    kept = records.read(discs, DISCS).to_pandas()
    if not headers:
        kept[HEADERS] = None
    readings = records.read(ratings, RATINGS, ["disc", "rater", "reading"]).to_pandas().drop_duplicates()
    names = sorted(kept["cohort"].unique(), key=lambda name: (_ORDER.get(name, 2), name))
    groups = {name: kept[kept["cohort"] == name] for name in names} | {TOTAL: kept}
    counts = read_flow(flow)
    parts = {
        "Patients": list(patient_facts(groups, UNKNOWN if headers else MADE_UP)),
        "Discs": list(disc_facts(groups)),
        "Readings": list(reading_facts(groups, readings)),
        "Received, excluded and kept": list(flow_facts(counts.stages)),
    }
    printed = _PRINTED if compare else ()
    shown = {title: [fact for fact in part if compare or fact.is_known] for title, part in parts.items()}
    unknown = [(fact.words, fact.reason) for part in parts.values() for fact in part if not fact.is_known]
    published_words = f" Published: {source(PAPER)}." if compare else ""
    table = Table(
        name="cohort",
        title="The cohort.",
        caption=f"Data: {data}; reference grade: {counts.reference}.{published_words}",
        stub="",
        headings=[Cell(name.capitalize()) for name in (*groups, *printed)],
        spans=[("This study", len(groups)), (citation(PAPER), len(_PRINTED))] if compare else [],
        sections=[
            Section(Cell(title), [_row(fact, list(groups), compare) for fact in part])
            for title, part in shown.items()
            if part
        ],
        absent=() if compare else absences(unknown),
    )
    write_table(table, [_values(fact, compare) for part in shown.values() for fact in part], files)


def _printed(fact: Fact) -> Mapping[str, str]:
    return next((row for row in published("cohort") if row["row"] == fact.row), {})


def _text(value: int | str) -> str:
    return f"{value:,}" if isinstance(value, int) else value


def _row(fact: Fact, groups: Sequence[str], compare: bool) -> Row:
    cells = []
    for name in groups:
        value = fact.values.get(name)
        reasons = (fact.reason,) if name in fact.values else ()
        keys = keys_in(_traced(fact, name, value))
        cells.append(
            Cell(_text(value), keys=keys) if value is not None else Cell(DASH if reasons else "", notes=reasons)
        )
    printed = _printed(fact)
    texts = [printed.get(name, "") for name in _PRINTED]
    notes = remarks([printed.get("notes", "")])
    last = max((index for index, text in enumerate(texts) if text), default=-1)
    theirs = [
        Cell(_text(int(text)) if text.isdigit() else text, notes=notes if index == last else ())
        for index, text in enumerate(texts)
    ]
    return Row(Cell(fact.words), [*cells, *theirs] if compare else cells)


def _values(fact: Fact, compare: bool) -> dict[str, object]:
    printed = _printed(fact)
    theirs = {f"published_{name}": printed.get(name) or None for name in _PRINTED if compare}
    ours = {name: _traced(fact, name, value) for name, value in fact.values.items()}
    return {"row": fact.row, "words": fact.words, **ours, **theirs}


def _traced(fact: Fact, cohort: str, value: int | str | None) -> object:
    """Return a value with what it was counted in; of `flow.json` it is the very number that stands there."""
    scope = {} if cohort == TOTAL else {"scope": "cohort", "group": cohort}
    key = CellKey(fact.table, fact.row, enters="is" if fact.table == "flow" else "from", **scope)  # type: ignore[arg-type]
    return None if value is None else Traced(value, (key,))

"""Finds one cell of a table, the scores it shows and the trainings behind it.

A table's CSV carries every number in full precision, so a score is found again in `scores.parquet` by its value and by
the keys that both rows carry; nothing here knows how a table is laid out.
"""

import csv
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq

from discgrade.provenance.chain import Chain, Record
from discgrade.settings.grid import ALL_SEEDS, FOLD_MEAN, FOLDS

Row = dict[str, Any]
Fields = Mapping[str, Any]
"""A run's fields: variant, resolution, share, split and seed."""

RUN_FIELDS = ("variant", "resolution", "share", "split", "seed")
KEYS = (*RUN_FIELDS, "scope", "group", "grade", "metric")
NAMES = ("row", "statement", "training", "panel", "variant")
"""The columns that name a row."""
OWN = "this study"
"""What the column `source` of a table says of a row that is not taken from the literature."""


@dataclass(frozen=True)
class Cell:
    """One cell of a table.

    Attributes:
        path: The table's CSV, below the study's folder.
        row: All cells of its row, as text.
        column: Name of its column.
    """

    path: str
    row: Mapping[str, str]
    column: str

    @property
    def text(self) -> str:
        """The cell's content in full precision."""
        return self.row[self.column]

    @property
    def value(self) -> float | None:
        """The cell's number, or None if it holds none."""
        try:
            return float(self.text)
        except ValueError:
            return None

    @property
    def computed(self) -> bool:
        """Whether it holds something that this study computed, not nothing and not a value from the literature."""
        literature = self.row.get("source", OWN) != OWN or self.column.startswith("published")
        return bool(self.text) and not literature

    @property
    def name(self) -> str:
        """The first part of the name of its row: a variant, a pair of readings, or something of the table's own."""
        return next((self.row[key] for key in NAMES if self.row.get(key)), "").split("/")[0]

    @property
    def metric(self) -> str:
        """The metric that the cell shows, as its row says, or its column without _lower or _upper."""
        stated = self.row.get("statement", "").rpartition("/")[2]
        return self.row.get("metric") or stated or self.column.removesuffix("_lower").removesuffix("_upper")

    @property
    def shown(self) -> dict[str, float]:
        """What the row says of the score: value, lower, upper and n, as far as it does."""
        headers = {"value": self.metric, "lower": f"{self.metric}_lower", "upper": f"{self.metric}_upper", "n": "n"}
        texts = {key: self.row.get(header, self.row.get(key)) for key, header in headers.items()}
        return {key: number for key, text in texts.items() if (number := _number(text)) is not None}


def find_cell(folder: Path, path: str, row: str, column: str) -> Cell:
    """Find a cell.

    Args:
        folder: The study's folder.
        path: A CSV below it.
        row: A value of one of the row's cells, the first column first; or several of them as name=value,name=value.
        column: Name of the column.

    Raises:
        ValueError: if there is no such column, or not exactly one such row.
    """
    with (folder / path).open(newline="", encoding="utf-8") as file:
        rows: list[dict[str, str]] = list(csv.DictReader(file))
    if rows and column not in rows[0]:
        raise ValueError(f"{path}: no column {column!r}. It should be one of {', '.join(rows[0])}")
    found = _matching(rows, row)
    if not found:
        known = dict.fromkeys(next(iter(given.values())) for given in rows)
        raise ValueError(f"{path}: no row {row!r}. Rows begin with: {', '.join(known)}")
    if len(found) > 1:
        differ = [key for key in found[0] if len({given[key] for given in found}) > 1][:4]
        choices = "; ".join(",".join(f"{key}={given[key]}" for key in differ) for given in found[:6])
        raise ValueError(f"{path}: {len(found)} rows are {row!r}. Say which, as name=value,...: {choices}")
    return Cell(path, found[0], column)


def _matching(rows: Sequence[dict[str, str]], query: str) -> list[dict[str, str]]:
    """Return the rows that a query names; this study's own before printed ones."""
    if "=" in query:
        wanted = dict(part.split("=", 1) for part in re.split(r",(?=\w+=)", query))
        found = [row for row in rows if all(row.get(key) == value for key, value in wanted.items())]
    else:
        found = [row for row in rows if next(iter(row.values())) == query] or [
            row for row in rows if query in row.values()
        ]
    return [row for row in found if row.get("source", OWN) == OWN] or found


def printed(folder: Path, cell: Cell) -> str | None:
    """Return how the cell's number is printed in the table's Markdown, or None if it is not found there."""
    page = (folder / cell.path).with_suffix(".md")
    if cell.value is None or not page.is_file():
        return None
    text = page.read_text(encoding="utf-8").replace("\N{MINUS SIGN}", "-")
    roundings = (f"{cell.value:.{digits}f}" for digits in (4, 3, 2))
    return next((rounding for rounding in roundings if rounding in text), None)


def score_behind(chain: Chain, cell: Cell, record: Record) -> tuple[Row | None, Row | None]:
    """Return the row of scores and the row of intervals that a cell shows; None for what is not found.

    Args:
        chain: The study's records.
        cell: The cell.
        record: The record of the job that made its table.
    """
    for keys in _guesses(cell, record) if cell.computed else ():
        spans = {_key(span): span for span in _rows(chain, "intervals.parquet", cell, keys)}
        pairs = [(score, spans.get(_key(score))) for score in _rows(chain, "scores.parquet", cell, keys)]
        found = [pair for pair in pairs if cell.value in _numbers(*pair).values()]
        if found:
            shown = cell.shown.items()
            return max(found, key=lambda pair: len(shown & _numbers(*pair).items()))
    return None, None


def _key(row: Row) -> tuple[object, ...]:
    return tuple(row[name] for name in KEYS)


def _numbers(score: Row, span: Row | None) -> dict[str, float]:
    bounds = {"lower": span["lower"], "upper": span["upper"]} if span else {}
    return {"value": score["value"], "n": score["n"]} | bounds


def _guesses(cell: Cell, record: Record) -> Iterator[Row]:
    """Yield what the row of scores may agree with, the most likely first.

    The row's keys hold in each; its name may be a variant; else it is the table's own run, or that run elsewhere.
    """
    own = run_fields(record["params"])
    given = {"scope": "all", "group": "", "grade": ""} | {key: cell.row[key] for key in KEYS if key in cell.row}
    size = {key: own[key] for key in ("resolution", "share") if key in own}
    for variant in (cell.row.get("variant"), cell.name, own.get("variant")):
        if variant:
            yield size | {"variant": variant} | given
            yield {"variant": variant} | given


def _rows(chain: Chain, name: str, cell: Cell, keys: Row) -> list[Row]:
    """Return the rows of a table of scores that have the cell's metric and agree with some keys."""
    path = chain.folder / name
    if not path.is_file():
        return []
    rows = pq.read_table(path, filters=[("metric", "==", cell.metric)]).to_pylist()
    return [row for row in rows if all(_same(row[key], value) for key, value in keys.items())]


def _same(value: object, text: object) -> bool:
    """Tell whether a value of a table is what a CSV says."""
    if value is None or text in ("", None):
        return value in (None, "") and text in (None, "")
    return str(value) == str(text) or (isinstance(value, float | int) and float(value) == _number(text))


def _number(text: object) -> float | None:
    try:
        return float(str(text))
    except ValueError:
        return None


def run_fields(params: object) -> Fields:
    """Return the first run that a job's params name, or nothing."""
    if isinstance(params, Mapping):
        if params.keys() >= set(RUN_FIELDS):
            return {name: params[name] for name in RUN_FIELDS}
        return next((found for value in params.values() if (found := run_fields(value))), {})
    return {}


def trainings(chain: Chain, cell: Cell, record: Record, score: Row | None) -> list[Fields] | None:
    """Return the runs that a cell stands on, as fields that a training's wildcards must have; None for every run.

    The fields that stand for several trainings (all folds, all seeds) are left out or end with a dash.
    """
    panels = record["params"].get("panels", {})
    variants = {known["wildcards"].get("variant") for known in chain.records.values()}
    if score:
        return [_trained(score)]
    if not cell.computed:
        return []
    if cell.row.get("panel") in panels:
        return [_trained(run) for run in panels[cell.row["panel"]]]
    if cell.name in variants:
        return [_trained({**run_fields(record["params"]), "variant": cell.name, "split": None, "seed": None})]
    own = run_fields(record["params"].get("run"))
    return [_trained({**own, **{key: cell.row[key] for key in RUN_FIELDS if key in cell.row}})] if own else None


def _trained(run: Fields) -> Fields:
    fields = {name: str(run[name]) for name in RUN_FIELDS if run.get(name) is not None}
    if fields.get("split") in (FOLDS, FOLD_MEAN):
        fields["split"] = "fold-"
    if fields.get("seed") == str(ALL_SEEDS):
        del fields["seed"]
    return fields


def is_among(wildcards: Fields, runs: Sequence[Fields]) -> bool:
    """Tell whether a training, by its wildcards, is one of some runs."""
    return any(all(_fits(wildcards.get(name, value), value) for name, value in run.items()) for run in runs)


def _fits(given: str, wanted: str) -> bool:
    return given == wanted or (wanted.endswith("-") and given.startswith(wanted))

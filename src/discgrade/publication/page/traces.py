"""Where each number of the report was read: what stands behind a cell, and the command that follows it further back."""

import csv
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from discgrade.publication.wording import HEADINGS, METRICS
from discgrade.records.cell_keys import CellKey, keys_file, read_cell_keys
from discgrade.settings.run import ALL_SEEDS, FOLD_MEAN, FOLDS, HOLDOUT, READINGS

OWN = "this study"
_SPLITS = {HOLDOUT: "hold-out test set", FOLDS: "all folds", FOLD_MEAN: "mean of the folds", READINGS: "readings"}
_ENTERS = {"is": "", "less": " (subtracted)", "complement": " (taken from 1)", "from": " (one of many)"}
_JSON = ("flow",)

Place = tuple[str, str, str]
"""A CSV below the study's folder, how `discgrade trace` names the row, and the column."""


@dataclass(frozen=True)
class Trace:
    """What stands behind a number.

    Attributes:
        read: Each number that it was made of, in words, and the file that holds it.
        command: The command that follows it back to scans and readings; empty if no table shows it alone.
    """

    read: tuple[str, ...]
    command: str


class Traces:
    """The traces of a report, each kept once.

    Args:
        study: Name of the study.
        tables: The CSV files of its tables, whose keys lie next to them.
    """

    def __init__(self, study: str, tables: Sequence[Path]) -> None:
        self._study = study
        self._places = {key: place for table in reversed(tables) for key, place in _placed(table)}
        self._numbers: dict[Trace, int] = {}

    def number(self, keys: Iterable[CellKey]) -> int | None:
        """Return the number of the trace of a cell with these keys, None without any."""
        keys = tuple(keys)
        if not keys:
            return None
        return self._numbers.setdefault(self._trace(keys), len(self._numbers))

    @property
    def kept(self) -> list[Trace]:
        """The traces asked for, in the order of their numbers."""
        return list(self._numbers)

    def _trace(self, keys: tuple[CellKey, ...]) -> Trace:
        place = next((self._places[key] for key in keys if key in self._places), None)
        command = ""
        if place is not None:
            table, row, column = place
            command = f"discgrade trace results/{self._study}/tables/{table} --row {_quoted(row)} --column {column}"
        return Trace(tuple(map(words_of, keys)), command)


def words_of(key: CellKey) -> str:
    """Say in words which number a key names, and in which file it stands."""
    metric = HEADINGS.get(key.metric) or METRICS.get(key.metric) or key.metric.replace("_", " ")
    of_run = [
        key.variant.replace("_", " "),
        f"{key.resolution} px" if key.resolution else "",
        f"training fraction 1/{key.share}" if key.share and key.share > 1 else "",
        _SPLITS.get(key.split, key.split),
        "mean of all seeds" if key.seed == ALL_SEEDS and key.split != READINGS else "",
        f"{key.scope.replace('_', ' ')} {key.group}" if key.group else "",
        f"grade {key.grade:g}" if key.grade is not None else "",
        f"against {key.other}" if key.other else "",
    ]
    file = f"{key.table}.{'json' if key.table in _JSON else 'parquet'}"
    named = ", ".join(part for part in (metric, *of_run) if part)
    field = key.field.replace("_", " ").replace(":", ": ")
    return f"{file}, {field}{_ENTERS[key.enters]}{f': {named}' if named else ''}"


def _quoted(text: str) -> str:
    plain = all(letter.isalnum() or letter in "._-/=,:" for letter in text)
    return text if plain and text else "'" + text.replace("'", "'\\''") + "'"


def _placed(table: Path) -> list[tuple[CellKey, Place]]:
    """Return where in a CSV each key stands that a cell shows as its own."""
    with table.open(newline="", encoding="utf-8") as text:
        rows = list(csv.DictReader(text))
    names = [_name_of(rows, number) for number in range(len(rows))]
    keys = [(row, column, key) for row, column, key in read_cell_keys(keys_file(table)) if row is not None]
    placed = {key: (table.name, names[row - 1], column) for row, column, key in reversed(keys)}
    return list(placed.items())


def _name_of(rows: Sequence[Mapping[str, str]], number: int) -> str:
    """Name a row as `discgrade trace --row` takes it: by its first cells, as many as tell it from the others."""
    row = rows[number]
    own = [other for other in rows if other.get("source", OWN) == OWN]
    first = next(iter(row))
    if sum(other[first] == row[first] for other in own) <= 1:
        return row[first]
    named: dict[str, str] = {}
    for column, value in row.items():
        if not value or column == "source" or "," in value:
            continue
        named[column] = value
        if sum(all(other[name] == text for name, text in named.items()) for other in own) == 1:
            break
    return ",".join(f"{name}={value}" for name, value in named.items())

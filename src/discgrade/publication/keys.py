"""Values that know where they were read: a table writes them to its CSV, and their keys to a file next to it."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import pandas as pd

from discgrade.records.cell_keys import CellKey, Entering, Placed
from discgrade.settings.run import Run

_BOUNDS = ("lower", "upper", "probability", "unit")


class Key(NamedTuple):
    """A score: of which run (seed -1: all its seeds), which metric, over which discs, of which grade (None: all)."""

    run: Run
    metric: str
    scope: str = "all"
    group: str = ""
    grade: float | None = None

    def cell(self, table: str, field: str, enters: Entering = "is", other: str = "") -> CellKey:
        """Return the key of a cell that shows a field of this score's row in a table."""
        of_score = {"metric": self.metric, "scope": self.scope, "group": self.group, "grade": self.grade}
        return run_key(self.run, table, field, enters, other=other, **of_score)


def run_key(run: Run, table: str, field: str, enters: Entering = "is", **more: Any) -> CellKey:  # noqa: ANN401
    """Return the key of a cell that shows something of a run."""
    return CellKey(table, field, **run.wildcards, enters=enters, **more)  # type: ignore[arg-type]


@dataclass(frozen=True)
class Traced:
    """A value, and the keys of the numbers that it was made of."""

    value: object
    keys: tuple[CellKey, ...]


def keys_in(*values: object) -> tuple[CellKey, ...]:
    """Return the keys of what is traced among some values, each once."""
    return tuple(dict.fromkeys(key for value in values if isinstance(value, Traced) for key in value.keys))


def values_of(rows: Sequence[Mapping[str, object]]) -> pd.DataFrame:
    """Return the values of rows, some of which are `Traced`."""
    plain = [{name: value.value if isinstance(value, Traced) else value for name, value in row.items()} for row in rows]
    return pd.DataFrame(plain)


def keys_of(rows: Sequence[Mapping[str, object]]) -> Iterator[Placed]:
    """Yield the keys of rows, some of whose values are `Traced`."""
    for number, row in enumerate(rows, start=1):
        for column, value in row.items():
            if isinstance(value, Traced):
                yield from ((number, column, key) for key in value.keys)


def drawn_keys(rows: pd.DataFrame, key_of: Callable[[Mapping[str, Any]], Key]) -> Iterator[Placed]:
    """Yield the keys of drawn scores: value and n stand in `scores.parquet`, an interval in `intervals.parquet`.

    A narrower interval, of the columns that begin with `inner_`, stands in `shown_intervals.parquet`.

    Args:
        rows: The rows, in the order of the CSV.
        key_of: The score that a row shows.
    """
    for number, row in enumerate(rows.to_dict("records"), start=1):
        key = key_of({str(name): None if pd.isna(value) else value for name, value in row.items()})
        yield from ((number, field, key.cell("scores", field)) for field in ("value", "n"))
        if pd.notna(row["probability"]):
            yield from ((number, field, key.cell("intervals", field)) for field in _BOUNDS)
        if pd.notna(row.get("inner_probability")):
            yield from ((number, f"inner_{field}", key.cell("shown_intervals", field)) for field in _BOUNDS[:3])

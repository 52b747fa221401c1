"""The numbers behind a cell: looked up in the study's tables by the cell's keys, and compared with what it shows."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import fields
from math import isnan
from pathlib import Path
from typing import Any

import pyarrow.compute as pc
import pyarrow.parquet as pq

from discgrade.provenance.audit.cell import Cell
from discgrade.provenance.audit.checks import Fault
from discgrade.provenance.chain import Chain
from discgrade.records.cell_keys import CellKey
from discgrade.records.cohort.flow import read_flow
from discgrade.settings.run import ALL_SEEDS, FOLD_MEAN, FOLDS, Run

Row = dict[str, Any]
Fields = Mapping[str, str]
"""Fields of some trainings: variant, resolution, share, split and seed, as far as they are given."""

RUN_FIELDS = tuple(field.name for field in fields(Run))
SCORE_FIELDS = (*RUN_FIELDS, "scope", "group", "grade", "metric")
_SCORES = (
    "scores", "intervals", "shown_intervals", "comparisons", "certainty", "stability", "agreement", "localisation",
    "external", "label_noise", "pseudo_labels",
)  # fmt: skip
_WITH_BOUNDS = (
    "certainty", "stability", "agreement", "localisation", "external", "label_noise", "pseudo_labels",
)  # fmt: skip
"""Tables whose rows hold a score and its interval."""
_OF_RUN = ("network", "history")
_TRAINED = (*_SCORES, *_OF_RUN, "graded")


def score_behind(folder: Path, cell: Cell) -> tuple[Row | None, Row | None]:
    """Return the row of scores that a cell stands on and that of its interval; None for what there is not.

    A cell that several scores enter, or none, has neither.
    """
    scores = {tuple(getattr(key, name) for name in SCORE_FIELDS): key for key in cell.keys if key.metric}
    if len(scores) != 1:
        return None, None
    (key,) = scores.values()
    if key.table in _WITH_BOUNDS:
        row = _score_row(folder, key.table, key)
        return row, None if row is None or isnan(row["lower"]) else row | {"mean": row["value"]}
    return _score_row(folder, "scores", key), _score_row(folder, "intervals", key)


def faults(folder: Path, cell: Cell) -> Iterator[Fault]:
    """Yield what is wrong between a cell and the numbers that its keys name."""
    shown = f"row {cell.number}, {cell.column}"
    exact = [key for key in cell.keys if key.enters != "from"]
    numbers = []
    for key in exact:
        found, value = _look_up(folder, key)
        if not found:
            yield Fault("missing number", cell.path, f"{shown} is said to show {words(key)}, which is not there")
            return
        numbers.append(value)
    if exact and not _agree(cell.text, _entered(exact, numbers)):
        there = " and ".join(f"{words(key)} = {value!r}" for key, value in zip(exact, numbers, strict=True))
        yield Fault("another number", cell.path, f"{shown} shows {cell.text or 'nothing'}, but {there}")


def words(key: CellKey) -> str:
    """Name a number as its key does."""
    run = " ".join(f"{name} {value}" for name in RUN_FIELDS if (value := getattr(key, name)) not in ("", None))
    score = " ".join(part for part in (key.metric, key.scope, key.group) if part)
    grade = "" if key.grade is None else f"grade {key.grade:g}"
    other = f"against {key.other}" if key.other else ""
    place = ", ".join(part for part in (score, grade, other, run) if part)
    sign = {"less": "minus ", "complement": "1 minus ", "from": "worked out from "}.get(key.enters, "")
    return f"{sign}{key.field} in {key.table}" + (f" ({place})" if place else "")


def _entered(keys: Sequence[CellKey], numbers: Sequence[Any]) -> object:
    """Return what a cell should show."""
    if len(keys) == 1 and keys[0].enters == "is":
        return numbers[0]
    signed = {"is": lambda value: value, "less": lambda value: -value, "complement": lambda value: 1 - value}
    return sum(signed[key.enters](value) for key, value in zip(keys, numbers, strict=True))


def _agree(text: str, value: object) -> bool:
    """Tell whether a cell's text says a value; an undefined one is an empty cell."""
    if value is None or (isinstance(value, float) and isnan(value)):
        return text == ""
    if isinstance(value, int | float) and not isinstance(value, bool):
        return _number(text) == value
    return text == str(value)


def _number(text: str) -> float | None:
    try:
        return float(text)
    except ValueError:
        return None


def _look_up(folder: Path, key: CellKey) -> tuple[bool, Any]:
    """Return whether there is the number that a key names, and the number."""
    if key.table == "flow":
        count = _flow_count(folder / "flow.json", key)
        return count is not None, count
    row = _score_row(folder, key.table, key) if key.table in _SCORES else _row_of_run(folder, key)
    return (False, None) if row is None or key.field not in row else (True, row[key.field])


def _score_row(folder: Path, table: str, key: CellKey) -> Row | None:
    """Return the row of scores, intervals or comparisons that a key names."""
    path = folder / f"{table}.parquet"
    names = (*SCORE_FIELDS, "other") if table == "comparisons" else SCORE_FIELDS
    return _only_row(path, {name: getattr(key, name) for name in names})


def _row_of_run(folder: Path, key: CellKey) -> Row | None:
    """Return the row of a table in a run's folder: the layer of its network, or the epoch of its history."""
    if key.table not in _OF_RUN:
        return None
    run = Run(*(getattr(key, name) for name in RUN_FIELDS))
    return _only_row(folder / "runs" / run.path / f"{key.table}.parquet", {key.scope: int(key.group)})


def _only_row(path: Path, wanted: Mapping[str, object]) -> Row | None:
    if not path.is_file():
        return None
    chosen = pc.scalar(True)
    for name, value in wanted.items():
        chosen &= pc.field(name).is_null() if value is None else pc.field(name) == value
    rows: list[Row] = pq.read_table(path, filters=chosen).to_pylist()
    return rows[0] if len(rows) == 1 else None


def _flow_count(path: Path, key: CellKey) -> int | None:
    """Return a count of the flow of exclusions: of a cohort's patients or discs, or of a stage; None if not there."""
    if not path.is_file():
        return None
    flow = read_flow(path)
    if key.scope:
        size = flow.cohorts.get(key.group)
        return vars(size).get(key.field) if size else None
    counts: dict[str, int] = {}
    for stage in flow.stages:
        counts |= {f"{stage.unit}:received": stage.received, f"{stage.unit}:kept": stage.kept}
        counts |= {f"{stage.unit}:excluded:{reason}": number for reason, number in stage.excluded.items()}
    return counts.get(key.field)


def trainings(cell: Cell) -> list[Fields]:
    """Return the runs that a cell stands on, as fields that a training's wildcards must have.

    The fields that stand for several trainings (all folds, all seeds, any variant) are left out or end with a dash.
    """
    found = [_trained(key) for key in cell.keys if key.table in _TRAINED]
    return [run for place, run in enumerate(found) if run not in found[:place]]


def _trained(key: CellKey) -> Fields:
    run = {name: str(value) for name in RUN_FIELDS if (value := getattr(key, name)) not in ("", None)}
    if run.get("split") in (FOLDS, FOLD_MEAN):
        run["split"] = "fold-"
    if run.get("seed") == str(ALL_SEEDS):
        del run["seed"]
    return run


def runs_behind(chain: Chain, runs: Sequence[Fields]) -> list[Fields]:
    """Return some runs and those that they stand on.

    A run that is decoded by cuts stands on its variant's folds, which the cuts were fitted on, an ensemble's on its
    members'.
    """
    scored = [record["params"].get("runs", []) for record in chain.records.values() if record["rule"] == "score"]
    cut = [plan["run"] for plans in scored for plan in plans if plan.get("decoding") == "cuts"]
    chosen = [run for run in cut if is_among({name: str(value) for name, value in run.items()}, runs)]
    models = dict.fromkeys((run["variant"], str(run["seed"])) for run in chosen)
    found = [*runs, *({"variant": variant, "seed": seed, "split": "fold-"} for variant, seed in models)]
    means = [record for record in chain.records.values() if record["rule"] == "combine"]
    members = [
        chain.records[name]["wildcards"]
        for record in means
        if is_among(record["wildcards"], found)
        for name in chain.producers(record)
    ]
    return [*found, *members]


def is_among(wildcards: Fields, runs: Sequence[Fields]) -> bool:
    """Tell whether a training, by its wildcards, is one of some runs."""
    return any(all(_fits(wildcards.get(name, value), value) for name, value in run.items()) for run in runs)


def _fits(given: str, wanted: str) -> bool:
    return given == wanted or (wanted.endswith("-") and given.startswith(wanted))

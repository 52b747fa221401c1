"""The same network on the test part and on the external cohort, by patient; all scores are on the integral scale."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from discgrade import records
from discgrade.records.cohort.discs import DISCS
from discgrade.records.results.external import EXTERNAL
from discgrade.reliability.agreement.samples import AGE_GROUPS, LEVEL, age_groups
from discgrade.reliability.certainty.calibration import Calibration
from discgrade.reliability.certainty.learned import read_learned
from discgrade.reliability.external.recalibrations import recalibrated_rows
from discgrade.reliability.external.scores import scored_rows
from discgrade.reliability.external.sides import FEWEST, GROUPS, Side, side_of
from discgrade.reliability.graded import external_of, graded_outputs, read_discs, read_splits
from discgrade.reliability.out_of_fold import cuts_of_runs
from discgrade.reliability.plan import RunPlan
from discgrade.settings.model import Intervals
from discgrade.settings.run import EXTERNAL as COHORT

PARTS = ("test", COHORT)


def score_external(
    *,
    predictions: Sequence[Path],
    external: Sequence[Path],
    runs: Sequence[RunPlan],
    reason: str,
    discs: Path,
    splits: Path,
    calibration: Path,
    headers: bool,
    intervals: Intervals,
    destination: Path,
) -> None:
    """Write what sets internal against external.

    Args:
        predictions: Prediction tables of the runs.
        external: What the first run predicts for the external cohort; empty without one.
        runs: The run on the hold-out split that is judged, then what its cuts are fitted on.
        reason: Why no run is judged; empty if one is.
        discs: `discs.parquet`.
        splits: `splits.parquet`.
        calibration: `calibration.json`.
        headers: Whether the scans' headers tell the truth: without it, no group is of scanners or people.
        intervals: How credible intervals are drawn.
        destination: Table to write, `external.EXTERNAL`; empty without an external cohort.
    """
    rows: list[dict[str, Any]] = []
    if not reason:
        table, parts = _with_people(read_discs(discs), discs), read_splits(splits)
        cuts = cuts_of_runs(predictions, runs, table, parts)
        outside = external_of(external, runs).get(runs[0].run)
        frame = graded_outputs(predictions[0], runs[0], table, parts, cuts.get(runs[0].run), external=outside)
        learned = read_learned(Calibration, calibration)
        found = {part: side_of(frame[frame["part"] == part], table, runs[0], learned) for part in PARTS}
        if len(found[COHORT].reference):
            groups = GROUPS if headers else (LEVEL,)
            rows = [runs[0].run.wildcards | row for row in external_rows(found, groups, intervals)]
    records.write(rows, EXTERNAL, destination)


def _with_people(discs: pd.DataFrame, path: Path) -> pd.DataFrame:
    """Add the sex and the age group of each disc's patient."""
    people = records.read(path, DISCS, ["disc", "sex", "age"]).to_pandas().set_index("disc").loc[discs.index]
    return discs.assign(sex=people["sex"], age_group=age_groups(people["age"]))


def external_rows(sides: dict[str, Side], groups: Sequence[str], intervals: Intervals) -> Iterator[dict[str, Any]]:
    """Yield every score of both parts, of their subgroups, and of recalibrations."""
    for part, side in sides.items():
        yield from scored_rows(side, part, "", intervals)
        for group in groups:
            values = side.groups[group].astype(object)
            for value in sorted(values.dropna().unique(), key=_place):
                chosen = (values == value).to_numpy()
                some = side.subset(chosen)
                if len(set(some.patients)) >= FEWEST:
                    word = f"{value:g}" if isinstance(value, float) else str(value)
                    yield from scored_rows(some, f"{part}/{group}", word, intervals, only=("kappa_linear", "bias"))
    yield from recalibrated_rows(sides[COHORT], intervals)


def _place(value: object) -> tuple[int, str]:
    """Return what sorts the values of a group: ages as they follow, all others by their words."""
    return AGE_GROUPS.index(value) if value in AGE_GROUPS else 0, str(value)

"""Small cohorts, one row a reading, assigned to shards."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from discgrade.cohort.selection import select_discs, select_trained
from discgrade.cohort.shards import shards_of
from discgrade.records import read, write
from discgrade.records.cohort.discs import DISCS
from discgrade.records.cohort.export import EXCLUDED, INSTANCES, REJECTED
from discgrade.records.cohort.flow import Flow, read_flow
from discgrade.records.cohort.readings import RATINGS
from discgrade.records.cohort.regions import FLAGGED
from discgrade.settings.groups.cohort import Reference

FIRST = Reference("reading", "R1", 1)
MEDIAN = Reference("median", "R1", 1)

Row = dict[str, Any]


def reading(patient: str = "P1", level: str = "L4/L5", **changes: Any) -> Row:
    """Make a row of RATINGS: grade 3.0 by R1 on the patient's only image."""
    names = {"disc": f"{patient}-{level}", "patient": patient, "study_uid": f"{patient}.1", "level": level}
    place = {"sop_instance_uid": f"{patient}.1.1", "frame": 1, "x": 10.0, "y": 20.0, "width": 50.0, "height": 40.0}
    given = {"grade": 3.0, "rater": "R1", "reading": 1, "cohort": "primary", "origin": "human", "read_day": None}
    return {**names, **place, **given, **changes}


def instance(patient: str = "P1", **changes: Any) -> Row:
    """Make a row of INSTANCES: the patient's only image, of 200 rows and 100 columns."""
    names = {"patient": patient, "study_uid": f"{patient}.1", "series_uid": "s", "sop_instance_uid": f"{patient}.1.1"}
    sizes = {"frames": 1, "rows": 200, "columns": 100, "bytes": 1}
    person = {"manufacturer": "SIEMENS", "field_strength": 1.5, "sex": "F", "age": 50.0}
    rest = {"path": "x.dcm", "pixel_digest": f"pixels of {patient}", "digest": f"file of {patient}"}
    empty = {field.name: None for field in INSTANCES if field.nullable}
    return {**empty, **names, **sizes, **person, **rest, **changes}


@dataclass(frozen=True)
class Cohort:
    """What `select_discs` wrote."""

    ratings: pd.DataFrame
    discs: pd.DataFrame
    flow: Flow
    folder: Path


@pytest.fixture
def select(tmp_path: Path) -> Callable[..., Cohort]:
    """A function that writes shards of readings, images and rejected files, and joins them."""

    def run(
        readings: Sequence[Sequence[Row]],
        images: Sequence[Sequence[Row]],
        reference: Reference = FIRST,
        *,
        rejected: Sequence[Sequence[str]] = (),
        excluded: Sequence[Sequence[Row]] = (),
        flagged: Sequence[Row] | None = None,
        accept_regions: bool = True,
    ) -> Cohort:
        shards = [f"{number:02d}" for number in range(len(readings))]
        paths: dict[str, list[Path]] = {"ratings": [], "instances": [], "rejected": [], "excluded": []}
        for number, shard in enumerate(shards):
            reasons = rejected[number] if rejected else []
            refused = [{"index": index, "reason": reason} for index, reason in enumerate(reasons)]
            for name, rows, schema in (
                ("ratings", readings[number], RATINGS),
                ("instances", images[number], INSTANCES),
                ("rejected", refused, REJECTED),
                ("excluded", excluded[number] if excluded else [], EXCLUDED),
            ):
                paths[name].append(tmp_path / name / f"{shard}.parquet")
                write(rows, schema, paths[name][-1])
        out = {name: tmp_path / name for name in ("ratings.parquet", "discs.parquet", "flow.json")}
        if flagged is not None:
            write(flagged, FLAGGED, tmp_path / "flagged.parquet")
        asked = {
            "shards": shards_of(shards, paths.__getitem__),
            "flagged": None if flagged is None else tmp_path / "flagged.parquet",
            "reference": reference,
            "accept_regions": accept_regions,
        }
        select_trained(**asked, destination=tmp_path / "trained.parquet")
        select_discs(
            **asked,
            trained=tmp_path / "trained.parquet",
            ratings_out=out["ratings.parquet"],
            discs_out=out["discs.parquet"],
            flow_out=out["flow.json"],
        )
        return Cohort(
            ratings=read(out["ratings.parquet"], RATINGS).to_pandas(),
            discs=read(out["discs.parquet"], DISCS).to_pandas(),
            flow=read_flow(out["flow.json"]),
            folder=tmp_path,
        )

    return run


@pytest.fixture
def make_reading() -> Callable[..., Row]:
    """The function that makes a row of RATINGS."""
    return reading


@pytest.fixture
def make_instance() -> Callable[..., Row]:
    """The function that makes a row of INSTANCES."""
    return instance

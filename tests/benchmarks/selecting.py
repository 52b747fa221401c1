"""Memory and time in which the shards of an invented cohort are joined (`select_discs`), and memory a patient.

python tests/benchmarks/selecting.py [PATIENTS]
"""

import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from discgrade.cohort.selection import select_discs, select_trained
from discgrade.cohort.shards import shards_of
from discgrade.grades import LEVELS
from discgrade.host import peak_memory
from discgrade.records import write
from discgrade.records.cohort.export import EXCLUDED, INSTANCES, REJECTED
from discgrade.records.cohort.readings import RATINGS
from discgrade.settings.groups.cohort import Reference

SLICES = 15
RATERS = ("R1", "R2")
A_SHARD = 250
"""Patients of a shard, as in docs/cluster.md."""
MIB = 1 << 20
TABLES = {"ratings": RATINGS, "instances": INSTANCES, "rejected": REJECTED, "excluded": EXCLUDED}


def main(patients: int) -> None:
    """Print peak memory and seconds for a half and for all of the patients, and what each of the others adds."""
    peaks = []
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for number in range(patients // A_SHARD):
            _write_shard(folder, number)
        for part in (patients // 2, patients):
            command = [sys.executable, __file__, str(part), str(folder)]
            peak, seconds = subprocess.run(command, check=True, capture_output=True, text=True).stdout.split()
            peaks.append(float(peak))
            print(f"{part} patients: {float(peak):.0f} MiB at most, {float(seconds):.1f} s")
    print(f"memory a patient: {(peaks[1] - peaks[0]) / (patients - patients // 2):.4f} MiB")


def _write_shard(folder: Path, number: int) -> None:
    people = range(number * A_SHARD, (number + 1) * A_SHARD)
    rows = {
        "ratings": [row for person in people for row in _readings(person)],
        "instances": [row for person in people for row in _images(person)],
        "rejected": [{"index": person, "reason": "not an MR image"} for person in people],
        "excluded": [],
    }
    for kind, schema in TABLES.items():
        path = folder / kind / f"{number:04d}.parquet"
        path.parent.mkdir(exist_ok=True)
        write(rows[kind], schema, path)


def _names(person: int) -> dict[str, str]:
    return {"patient": f"P{person:016x}", "study_uid": f"2.25.{10**37 + person}"}


def _readings(person: int) -> Iterator[dict[str, object]]:
    image = f"2.25.{10**37 + person * 100 + SLICES // 2}"
    for rank, level in enumerate(LEVELS[:5]):
        place = {"x": 60.0, "y": 20.0 + 40 * rank, "width": 50.0, "height": 25.0}
        names = _names(person) | {"disc": f"P{person:016x}-1-{level}", "level": level, "sop_instance_uid": image}
        for rater in RATERS:
            given = {"grade": 3.0, "rater": rater, "reading": 1, "cohort": "primary", "origin": "human"}
            yield names | place | given | {"frame": 1, "read_day": None}


def _images(person: int) -> Iterator[dict[str, object]]:
    empty = {field.name: None for field in INSTANCES if field.nullable}
    sizes = {"frames": 1, "rows": 256, "columns": 256, "row_spacing": 0.9, "column_spacing": 0.9, "bytes": 131072}
    scan = {
        "manufacturer": "SIEMENS",
        "field_strength": 1.5,
        "sex": "F",
        "age": 50.0,
        "orientation": [0, 1, 0, 0, 0, -1],
    }
    for number in range(SLICES):
        uid = f"2.25.{10**37 + person * 100 + number}"
        digests = {"pixel_digest": f"{person * 100 + number:064x}", "digest": f"{person * 100 + number:064x}"}
        files = {"series_uid": f"2.25.{person}", "sop_instance_uid": uid, "path": f"{uid}.dcm"}
        yield empty | _names(person) | sizes | scan | digests | files


def join(patients: int, folder: Path) -> None:
    """Join the shards of the first patients; print the peak memory in MiB and the seconds."""
    names = [f"{number:04d}" for number in range(patients // A_SHARD)]
    start = time.perf_counter()
    asked = {
        "shards": shards_of(names, lambda kind: [folder / kind / f"{name}.parquet" for name in names]),
        "flagged": None,
        "reference": Reference("reading", "R1", 1),
        "accept_regions": False,
    }
    select_trained(**asked, destination=folder / "trained.parquet")
    select_discs(
        **asked,
        trained=folder / "trained.parquet",
        ratings_out=folder / "ratings.parquet",
        discs_out=folder / "discs.parquet",
        flow_out=folder / "flow.json",
    )
    print((peak_memory() or np.nan) / MIB, time.perf_counter() - start)


if __name__ == "__main__":
    if len(sys.argv) > 2:
        join(int(sys.argv[1]), Path(sys.argv[2]))
    else:
        main(int(sys.argv[1]) if len(sys.argv) > 1 else 20_000)

"""Graded studies on disk, one after another: `grades.parquet`, a row a disc, and `grades.json`, a line a study."""

import heapq
import json
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path
from typing import TextIO

import pyarrow.json as json_reader
import pyarrow.parquet as pq

from discgrade import records
from discgrade.grading.discs import GradedDisc, GradedStudy
from discgrade.records.results.grades import GRADES
from discgrade.settings.plain import plain, typed

TABLE, STUDIES = "grades.parquet", "grades.json"

_ROWS_PER_GROUP = 1024


class Stream:
    """Takes graded studies in their order."""

    def __init__(self, table: pq.ParquetWriter, text: TextIO) -> None:
        self._table, self._text = table, text
        self._rows: list[bytes] = []
        self._separator = "\n"

    def add(self, study: GradedStudy) -> None:
        """Take a study."""
        self._rows += [_json(row(disc)).encode("utf-8", "replace") for disc in study.discs]
        self._text.write(self._separator + _json(plain(study)))
        self._separator = ",\n"
        if len(self._rows) >= _ROWS_PER_GROUP:
            self.flush()

    def flush(self) -> None:
        """Write what is gathered."""
        if self._rows:
            # By way of JSON, since pyarrow would import pandas, where it is installed, to look at Python's own values.
            how = json_reader.ParseOptions(explicit_schema=GRADES, unexpected_field_behavior="error")
            table = json_reader.read_json(BytesIO(b"\n".join(self._rows)), parse_options=how)
            self._table.write_table(records.conform(table, GRADES, TABLE))
            self._rows = []


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, allow_nan=False)


@contextmanager
def streaming(folder: Path) -> Iterator[Stream]:
    """Open both files in a folder; they are complete when the block ends."""
    with (
        records.writer(folder / TABLE, GRADES) as table,
        (folder / STUDIES).open("w", encoding="utf-8", errors="replace") as text,
    ):
        text.write("[")
        stream = Stream(table, text)
        yield stream
        stream.flush()
        text.write("\n]\n")


def read_studies(folder: Path) -> Iterator[GradedStudy]:
    """Yield the studies of a folder in their order, in memory that stays flat."""
    with (folder / STUDIES).open(encoding="utf-8") as text:
        for line in text:
            if line.startswith("{"):
                yield typed(GradedStudy, json.loads(line.rstrip().removesuffix(",")))


def row(disc: GradedDisc) -> dict[str, object]:
    """Return a disc as a row of `grades.GRADES`."""
    place, chances = disc.place, disc.probabilities or (None,) * 5
    return {
        "patient_id": place.patient_id,
        "study_uid": place.study_uid,
        "series_uid": place.series_uid,
        "sop_instance_uid": place.sop_instance_uid,
        "frame": place.frame,
        "level": place.level,
        "x": place.box.x,
        "y": place.box.y,
        "width": place.box.width,
        "height": place.box.height,
        "region": place.region,
        "grade": disc.grade,
        "fractional": disc.fractional,
        "continuous": disc.continuous,
        **{f"p_{number}": chance for number, chance in enumerate(chances, 1)},
        "set": list(disc.set),
        "flags": [f"{flag.kind}: {flag.reason}" for flag in disc.flags],
        "bundle": disc.bundle,
    }


def join(parts: Iterable[Path], folder: Path) -> None:
    """Join both files of several folders, in the order of patients."""
    with streaming(folder) as stream:
        for study in heapq.merge(*map(read_studies, parts), key=_order):
            stream.add(study)


def _order(study: GradedStudy) -> tuple[bool, str, str, str]:
    return study.patient_id == "", study.patient_id, study.study_date or "", study.study_uid

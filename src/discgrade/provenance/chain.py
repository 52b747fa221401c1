"""A study's job records, read back as the chain that they form: what made a file, and from what.

Everything here works on a copy of `results/<study>/` alone.
"""

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from discgrade.provenance.digests import content_digest

Record = dict[str, Any]
"""One job, as `jobrecord` describes it."""

FOLDER = "provenance"
LAYOUT = 2
"""Number in every record of how the study's files are laid out; records of the first layout carry none. It grows when a
file or a column gets another name: what an earlier version left is then made anew, never half used."""
SHOWN = ("tables/", "figures/", "bundle.zip")
"""Where the files lie that a reader sees, or carries away."""
NEEDED = {"rule", "wildcards", "script", "params", "code", "inputs", "outputs", "ended", "digest"}


@dataclass(frozen=True)
class Chain:
    """The records of a study.

    Attributes:
        folder: The study's folder.
        records: Each record by its name: its path below provenance/.
        makers: The name of the record that made each file, by the file's path below the study's folder. Of several
            records that name a file the latest counts.
        private: The name of the record that made each file that lies elsewhere, by the file's digest.
    """

    folder: Path
    records: Mapping[str, Record]
    makers: Mapping[str, str]
    private: Mapping[str, str]

    def maker_of(self, item: Mapping[str, Any]) -> str | None:
        """Return the name of the record of the job that made an input, or None."""
        return self.makers.get(item["path"]) if item["place"] == "study" else self.private.get(item["sha256"])

    def producers(self, record: Record) -> list[str]:
        """Return the names of the records that made a job's inputs, each once, in the order of the inputs."""
        named = (self.maker_of(item) for item in record["inputs"])
        return list(dict.fromkeys(name for name in named if name))

    def ancestry(self, start: Iterable[str], follow: Callable[[Record], bool] = lambda _: True) -> list[str]:
        """Return the names of some records and of all behind them, each once, the nearest first.

        Args:
            start: Names of records.
            follow: Whether a record behind them counts.
        """
        names = dict.fromkeys(start)
        waiting = list(names)
        for name in waiting:
            fresh = [made for made in self.producers(self.records[name]) if made not in names]
            fresh = [made for made in fresh if follow(self.records[made])]
            names |= dict.fromkeys(fresh)
            waiting += fresh
        return list(names)

    def shown(self) -> list[str]:
        """Return the names of all records behind the tables, figures and bundle, or of all if there is none yet."""
        tables = [name for path, name in self.makers.items() if path.startswith(SHOWN)]
        return self.ancestry(tables or self.records)

    def behind(self, paths: Iterable[str]) -> list[str]:
        """Return the names of the records behind some files of the study.

        Raises:
            ValueError: if no record says what made one of them.
        """
        paths = list(paths)
        unknown = [path for path in paths if path not in self.makers]
        if unknown:
            raise ValueError(
                f"No record in {self.folder / FOLDER} says what made {', '.join(unknown[:5])}. Make it anew"
            )
        return self.ancestry(self.makers[path] for path in paths)

    def head(self, names: Iterable[str]) -> str:
        """Return one digest over some records: it changes if any of them does."""
        return content_digest(sorted(self.records[name]["digest"] for name in names))


def record_files(folder: Path) -> list[Path]:
    """Return the files of all records of a study, in a fixed order."""
    return sorted((folder / FOLDER).glob("*/*.json"))


def record_name(folder: Path, path: Path) -> str:
    """Return a record's name: its path below provenance/."""
    return path.relative_to(folder / FOLDER).as_posix()


def read_record(path: Path) -> Record:
    """Read one record.

    Raises:
        ValueError: if the file is not a record.
    """
    try:
        record = json.loads(path.read_bytes())
    except ValueError as error:
        raise ValueError(f"not a job record: it should be JSON ({error})") from None
    if not isinstance(record, dict) or not record.keys() >= NEEDED:
        raise ValueError(f"not a job record: it should hold {sorted(NEEDED)}")
    return record


def is_present(record: Mapping[str, Any]) -> bool:
    """Tell whether a job's files have the present layout."""
    return record.get("layout") == LAYOUT


def self_digest(record: Mapping[str, Any]) -> str:
    """Return the digest that a record should carry: over all of it but the digest."""
    return content_digest({key: value for key, value in record.items() if key != "digest"})


def read_chain(folder: Path) -> Chain:
    """Read all readable records of a study that are of the present layout."""
    return linked(folder, {name: record for name, record in read_records(folder)[0].items() if is_present(record)})


def read_records(folder: Path) -> tuple[dict[str, Record], dict[str, str]]:
    """Return the records of a study by name, and what is wrong with each file that is not one."""
    found: dict[str, Record] = {}
    wrong: dict[str, str] = {}
    for path in record_files(folder):
        try:
            found[record_name(folder, path)] = read_record(path)
        except ValueError as error:
            wrong[record_name(folder, path)] = str(error)
    return found, wrong


def linked(folder: Path, records: Mapping[str, Record]) -> Chain:
    """Return the chain of some records."""
    by_age = sorted(records, key=lambda name: (records[name]["ended"], name))
    made = [(name, item) for name in by_age for item in records[name]["outputs"]]
    makers = {item["path"]: name for name, item in made if item["place"] == "study"}
    private = {item["sha256"]: name for name, item in made if item["place"] != "study"}
    return Chain(folder, records, makers, private)


def output_of(record: Record, path: str) -> dict[str, Any]:
    """Return what a record says of one of its outputs in the study's folder."""
    return next(item for item in study_files(record["outputs"]) if item["path"] == path)


def study_files(items: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return those inputs or outputs of a record that lie in the study's folder."""
    return [item for item in items if item["place"] == "study"]

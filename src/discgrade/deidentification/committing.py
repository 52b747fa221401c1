"""What a shard leaves, put in its place: images in the export, who is who in the private folder, and four tables."""

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from discgrade import private as privacy
from discgrade import records
from discgrade.deidentification.files import exporting
from discgrade.deidentification.identity import keys, linkage, withdrawal
from discgrade.deidentification.readings import Told
from discgrade.readings.raters import Rater
from discgrade.readings.sheets.sheet import Row
from discgrade.records.cohort.export import EXCLUDED, REJECTED
from discgrade.records.cohort.readings import RATINGS

Rejected = Sequence[tuple[int, str, str]]
"""Index, path and reason of each file that was not exported."""


@dataclass(frozen=True, slots=True)
class ShardTables:
    """The tables of a shard: INSTANCES, REJECTED and EXCLUDED of `export`, and `readings.RATINGS`."""

    instances: Path
    rejected: Path
    ratings: Path
    excluded: Path

    def remove_leftovers(self) -> None:
        """Remove what processes that were killed left of these tables."""
        for table in (self.instances, self.rejected, self.ratings, self.excluded):
            records.remove_leftovers(table)


@dataclass(frozen=True, slots=True)
class Place:
    """Which shard it is, and where its images and its secrets go.

    Attributes:
        shard: Name of this shard.
        shards: Names of all shards.
        export: Folder that receives the anonymised files, below one folder a patient.
        private: Folder of key, index and linkage map.
    """

    shard: str
    shards: Sequence[str]
    export: Path
    private: Path


@dataclass(frozen=True, slots=True)
class Made:
    """What a shard has become, before anybody sees it.

    Attributes:
        staged: Folder of its images.
        fingerprint: Kind and fingerprint of the key.
        raters: The map of raters.
        patients: Old and new ID of each patient.
        rows: Rows of the sheet.
        told: Their readings under new identifiers.
        rejected: What was not exported.
        withdrawn: Pseudonyms of patients who withdrew.
    """

    staged: Path
    fingerprint: str
    raters: Sequence[Rater]
    patients: Iterable[tuple[str, str]]
    rows: Sequence[Row]
    told: Sequence[Told]
    rejected: Rejected
    withdrawn: Collection[str]


@contextmanager
def committing(place: Place, made: Made) -> Iterator[None]:
    """Replace what the shard exported before and note who is who; what is noted within is under the same lock."""
    with privacy.locked(place.private, "export"):
        exporting.commit(made.staged, place.export, place.shard, place.shards, place.private)
        keys.write_fingerprint(place.export, made.fingerprint)
        linkage.note_marks(place.export, made.raters)
        linkage.note_patients(place.private, place.shard, place.shards, made.patients)
        linkage.note_readings(place.private, place.shard, place.shards, _linked(made))
        linkage.note_rejected(place.private, place.shard, made.rejected)
        withdrawal.note_models(made.withdrawn, place.export.parent, place.private)
        yield


def _linked(made: Made) -> Iterator[tuple[object, ...]]:
    """Yield for each reading who it is of, and which row of the sheet it was, for the linkage map."""
    rows = {row.number: row for row in made.rows}
    for reading, number in made.told:
        names = (reading[name] for name in ("disc", "rater", "reading"))
        yield (*names, number, rows[number].as_given("patient_id"), rows[number].as_given("rater"))


def write_readings(made: Made, excluded: Iterable[dict[str, str]], tables: ShardTables) -> None:
    """Write the tables of a shard that say what became of its readings and files, but for the images exported."""
    records.write([one.reading for one in made.told], RATINGS, tables.ratings)
    records.write(list(excluded), EXCLUDED, tables.excluded)
    refused = [{"index": index, "reason": reason} for index, _, reason in made.rejected]
    records.write(refused, REJECTED, tables.rejected)


def counted(rejected: Rejected) -> str:
    """Return how many files were rejected for which reason, as a log says it."""
    return str(dict(Counter(reason for _, _, reason in rejected)) or "none")

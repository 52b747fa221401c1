"""The linkage map: who is who, which file was rejected, which row became which reading; all of it private."""

import logging
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from pathlib import Path

from discgrade import private as privacy
from discgrade.private import RefusedError
from discgrade.readings.raters import MAP as RATERS
from discgrade.readings.raters import NUMBER, AlikeError, Rater, number_raters
from discgrade.readings.sheets.sheet import Row
from discgrade.records import replacing

log = logging.getLogger(__name__)

PATIENTS = "patients.csv"
WARNINGS = "warnings.csv"
READINGS = "readings"
MARKS = "rater_ids.txt"
"""File of the export that tells whether R1 is still the same person, without telling who."""
_READ = ("disc", "rater", "reading", "row", "patient_id", "rater_old")
_COLUMNS = ("rater_old", "rater_new", "mark", "first_day")


def note_patients(private: Path, shard: str, shards: Sequence[str], patients: Iterable[tuple[str, str]]) -> None:
    """Write a shard's part of the patients' linkage map, and the whole map anew; the caller holds the lock.

    The map has columns id_old and id_new. One patient may have several old IDs: spaces, case and leading zeros do not
    count, and a warning names those that were taken for one. The ID of a patient with an issuer is ID^^^issuer.

    Args:
        private: Private folder.
        shard: Name of this shard.
        shards: Names of all shards; the part of any other is removed.
        patients: Old and new ID of each of the shard's patients.
    """
    folder = private / "patients"
    _write_part(folder, shard, shards, ("id_old", "id_new"), sorted(set(patients)))
    rows = sorted({pair for path in folder.glob("*.csv") for pair in _pairs(path)})
    privacy.write_rows(private / PATIENTS, ("id_old", "id_new"), rows)
    spellings = defaultdict(list)
    for old, new in rows:
        spellings[new].append(old)
    several = [(new, "several spellings of one ID", *old) for new, old in sorted(spellings.items()) if len(old) > 1]
    privacy.write_rows(private / WARNINGS, ("id_new", "warning", "id_old"), several)
    if several:
        log.warning("%d patients have IDs of several spellings: see %s in the private folder", len(several), WARNINGS)


def _pairs(path: Path) -> list[tuple[str, str]]:
    """Return a shard's part of the map.

    Raises:
        RefusedError: if it is spoilt.
    """
    with suppress(ValueError):
        return [(old, new) for old, new in privacy.read_rows(path)]
    raise RefusedError(
        f"{path.parent.name}/{path.name} in the private folder is spoilt. Restore it, or "
        f"remove it and export shard {path.stem} again"
    )


def note_readings(private: Path, shard: str, shards: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """Write which row of the sheet became which reading of a shard, in the columns of `_READ`."""
    _write_part(private / READINGS, shard, shards, _READ, list(rows))


def _write_part(
    folder: Path, shard: str, shards: Sequence[str], columns: Sequence[str], rows: Sequence[Sequence[object]]
) -> None:
    privacy.write_rows(folder / f"{shard}.csv", columns, rows)
    for path in folder.glob("*.csv"):
        if path.stem not in shards:
            path.unlink()


def note_rejected(private: Path, shard: str, rejected: Iterable[tuple[int, str, str]]) -> None:
    """Write the paths of a shard's rejected files with their opaque index and the reason."""
    privacy.write_rows(private / "rejected" / f"{shard}.csv", ("index", "path", "reason"), rejected)


def known_raters(private: Path) -> list[Rater]:
    """Return the map of raters: who has a number, and who waits for one.

    Raises:
        RefusedError: if it is no such map, or a name has two numbers; the message tells the line.
    """
    found: dict[str, Rater] = {}
    for line, row in enumerate(privacy.read_rows(private / RATERS), 2):
        name, number, mark, first = (*row[:4], *[""] * (4 - len(row[:4])))
        if number and not NUMBER.fullmatch(number):
            raise RefusedError(f"{RATERS} in the private folder, line {line}: a number should be R1, R2 ... or empty")
        if name in found:
            raise RefusedError(f"{RATERS} in the private folder, line {line}: each name should stand there once")
        found[name] = Rater(name, number, mark, first)
    return list(found.values())


def raters_of(
    rows: Sequence[Row], private: Path, export: Path, mark: Callable[[str], str], *, keep: bool
) -> list[Rater]:
    """Return the map of raters with a number for everybody in the sheet.

    Args:
        rows: The whole sheet, withdrawn patients' rows among them.
        private: Folder of the map, which processes that start together share.
        export: Folder of the export, whose marks tell the numbers of those who read for it if the map is lost.
        mark: Returns what tells a name's person apart.
        keep: Whether the map is written.

    Raises:
        RefusedError: if a rater's name is doubtful (what to answer then stands in the map), or the map would make a
            number of the export another person's.
    """
    privacy.make_folder(private)
    with privacy.locked(private, "raters"):
        known = known_raters(private)
        before = known or _recovered(rows, export, mark)
        try:
            raters = number_raters(rows, before)
        except AlikeError as error:
            _write_raters(private, error.asked)
            raise
        marks = {one.number: one.mark for one in reversed(raters) if one.mark}
        raters = [one._replace(mark=one.mark or marks.setdefault(one.number, mark(one.name))) for one in raters]
        _check_marks(export, raters)
        if keep and raters != known:
            _write_raters(private, raters)
    return raters


def _recovered(rows: Sequence[Row], export: Path, mark: Callable[[str], str]) -> list[Rater]:
    """Return the numbers that raters of the sheet have in the export."""
    numbers = {made: number for number, made in _marks(export).items()}
    names = dict.fromkeys(row.get("rater") for row in rows if row.get("rater")) if numbers else {}
    found = [Rater(name, numbers[mark(name)], mark(name)) for name in names if mark(name) in numbers]
    if found:
        log.warning("%s was missing: %d raters have their numbers from the marks of the export", RATERS, len(found))
    return found


def _write_raters(private: Path, raters: Sequence[Rater]) -> None:
    privacy.write_rows(private / RATERS, _COLUMNS, raters)


def _check_marks(export: Path, raters: Sequence[Rater]) -> None:
    """Refuse a number that another person had in the export: readings of both would go by one name."""
    now, made = {one.number: one.mark for one in raters}, _marks(export)
    if other := sorted((number for number in made if now.get(number, made[number]) != made[number]), key=_order):
        raise RefusedError(
            f"{', '.join(other)} would be other raters than in this export so far. Restore {RATERS} in the private "
            "folder as it was, or remove the export to begin anew"
        )


def note_marks(export: Path, raters: Sequence[Rater]) -> None:
    """Record in the export who is who among the raters, without names; the caller holds the lock."""
    marks = _marks(export) | {one.number: one.mark for one in raters}
    with replacing(export / MARKS) as partial:
        partial.write_text("".join(f"{number} {marks[number]}\n" for number in sorted(marks, key=_order)), "ascii")


def _marks(export: Path) -> dict[str, str]:
    lines = (export / MARKS).read_text("ascii").splitlines() if (export / MARKS).exists() else []
    return {number: mark for number, _, mark in (line.partition(" ") for line in lines)}


def _order(number: str) -> int:
    return int(number[1:])

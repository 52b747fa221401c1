"""Patients who withdrew their consent: out of the export at the next run, and the models that they helped to train."""

import csv
import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

import pyarrow.parquet as pq

from discgrade import private as privacy
from discgrade.imaging.header import Header, normalised
from discgrade.private import RefusedError
from discgrade.readings.sheets.formats import decoded, folded

LIST = "withdrawn.csv"
FOUND = "withdrawn_found.csv"
"""Entries that named somebody at an earlier run, whose scans may be gone by now."""
MODELS = "withdrawn_models.csv"

_HEADERS = frozenset({"id", "idold", "idnew", "patient", "patientid", "pseudonym"})
_TRAINED = frozenset({"train", "validation"})
ASSIGNED = ("patient", "split", "part", "share")
"""Columns of `splits.SPLITS`, named here: a schema that changes in other ways must not export anew."""
_FLOAT = re.compile(r"(\d+)[.,]0+", re.ASCII)


class Entry(NamedTuple):
    """What a row of withdrawn.csv says.

    Attributes:
        row: Its number.
        id: Patient ID of the source, with or without ^^^issuer, or a pseudonym.
        beside: Other cells of the row.
    """

    row: int
    id: str
    beside: tuple[str, ...] = ()


@dataclass(frozen=True)
class Withdrawn:
    """Who withdrew.

    Attributes:
        keys: Patients of the source (`imaging.header.patient_key`).
        ids: Normalised IDs of all of them, and of those whose scans are gone.
    """

    keys: frozenset[tuple[str, ...]]
    ids: frozenset[str]

    def names(self, patient_id: str) -> bool:
        """Tell whether the sheet's ID of a patient is one of them."""
        return not self.ids.isdisjoint(_forms(patient_id)) if patient_id else False


NOBODY = Withdrawn(frozenset(), frozenset())


def listed(private: Path) -> list[Entry]:
    """Return the entries of withdrawn.csv: those of its first column, or of the one that a header calls patient_id.

    The first row counts unless it is a header: an ID in its place must not be missed.

    Raises:
        RefusedError: if the list names nobody, or a list under another name lies beside it.
    """
    _check_names(private)
    if not (private / LIST).exists():
        return []
    text = decoded((private / LIST).read_bytes()).replace("\r\n", "\n").replace("\r", "\n")
    lines = csv.reader(text.split("\n"), delimiter=max(",;\t", key=text.count))
    rows = [(number, [cell.strip().lstrip("'").strip() for cell in row]) for number, row in enumerate(lines, 1)]
    rows = [(number, row) for number, row in rows if any(row)]
    header = next((place for place, cell in enumerate(rows[0][1]) if folded(cell) in _HEADERS), None) if rows else None
    place = header or 0
    entries = [
        Entry(number, row[place], (*row[:place], *row[place + 1 :]))
        for number, row in rows[header is not None :]
        if len(row) > place
    ]
    if not any(entry.id for entry in entries):
        raise RefusedError(f"{LIST} in the private folder names nobody. {_HOW}, or remove the file")
    return [entry for entry in entries if entry.id or any(entry.beside)]


_HOW = "Write one patient ID or pseudonym a row into its first column, as it stands in the scans or in patients.csv"


def _check_names(private: Path) -> None:
    known = {LIST, FOUND, MODELS}
    names = {path.name for path in private.glob("*") if path.name.casefold().startswith(("withdraw", "widerruf"))}
    if names - known:
        raise RefusedError(
            f"A list of withdrawals in the private folder is not called {LIST}. Rename it, as a .csv file"
        )


def resolve(
    entries: Sequence[Entry],
    found: Sequence[Header],
    pseudonym_of: Mapping[tuple[str, ...], str],
    others: Collection[str],
    private: Path,
) -> Withdrawn:
    """Return who is listed.

    Args:
        entries: What `listed` returned.
        found: Headers of the source.
        pseudonym_of: Pseudonym of each patient of the source.
        others: IDs of patients that may have no scans any more, such as those of the sheet.
        private: Folder of the linkage map and of what earlier runs found.

    Raises:
        RefusedError: if an entry names nobody; the message tells rows, not entries.
    """
    if not entries:
        return NOBODY
    names = _names(found, pseudonym_of)
    remembered = {cell for row in privacy.read_rows(private / FOUND) for cell in row}
    mapped = {cell for row in privacy.read_rows(private / "patients.csv") for cell in row}
    known = {*map(normalised, (*others, *mapped, *remembered)), *(name for some in names.values() for name in some)} - {
        ""
    }
    lost = [entry for entry in entries if known.isdisjoint(_forms(entry.id))]
    if lost:
        raise RefusedError(_nobody(lost, len(entries), known))
    ids = frozenset(form for entry in entries for form in _forms(entry.id) if form in known)
    keys = frozenset(key for key, some in names.items() if not ids.isdisjoint(some))
    return Withdrawn(keys, ids.union(*(names[key] for key in keys)))


def _names(found: Sequence[Header], pseudonym_of: Mapping[tuple[str, ...], str]) -> dict[tuple[str, ...], set[str]]:
    """Return the normalised names of each patient of the source."""
    names: dict[tuple[str, ...], set[str]] = {}
    for one in found:
        if one.instance:
            given = {one.patient, f"{one.patient}^^^{one.issuer}"} if one.issuer else {one.patient}
            names.setdefault(one.key, {normalised(pseudonym_of[one.key])}).update(map(normalised, given - {""}))
    return names


def _forms(text: str) -> set[str]:
    """Return an ID as it is compared, and as it was before a spreadsheet program took it for a number: 5001.0."""
    number = _FLOAT.fullmatch(text.strip())
    return {normalised(text), normalised(number[1] if number else text)} - {""}


def _nobody(lost: Sequence[Entry], count: int, known: Collection[str]) -> str:
    rows = ", ".join(str(entry.row) for entry in lost[:20]) + (" ..." if len(lost) > 20 else "")
    beside = sum(not set(known).isdisjoint(form for cell in entry.beside for form in _forms(cell)) for entry in lost)
    hint = f" In {beside} of these rows another column does: put it first, or call it patient_id." if beside else ""
    return (
        f"{LIST} in the private folder: {len(lost)} of {count} entries name no patient of the scans, the sheet or an "
        f"earlier run (row {rows}).{hint} {_HOW}, and take out who is not of this study"
    )


def remember(entries: Sequence[Entry], private: Path) -> None:
    """Keep the entries that named somebody, whose scans may be gone at the next run; the caller holds the lock."""
    if entries:
        known = {row[0] for row in privacy.read_rows(private / FOUND)}
        privacy.write_rows(private / FOUND, ("id",), [[one] for one in sorted(known | {entry.id for entry in entries})])


def note_models(pseudonyms: Collection[str], results: Path, private: Path) -> None:
    """Add the models that patients helped to train, or whose checkpoint they helped to choose, to a private list.

    Args:
        pseudonyms: Patients who withdrew.
        results: Folder of the study's results, of an earlier run.
        private: Folder that receives withdrawn_models.csv with columns patient and model.
    """
    if not pseudonyms or not (results / "splits.parquet").exists():
        return
    splits = pq.read_table(results / "splits.parquet", columns=list(ASSIGNED)).to_pylist()
    found = {(row[0], row[1]) for row in privacy.read_rows(private / MODELS)}
    for model in results.glob("runs/*/*/share-*/*/seed-*/model.keras"):
        share, split = model.parts[-4], model.parts[-3]
        found.update(
            (row["patient"], model.parent.relative_to(results).as_posix())
            for row in splits
            if row["patient"] in pseudonyms
            and row["split"] == split
            and row["part"] in _TRAINED
            and row["share"] >= int(share.removeprefix("share-"))
        )
    privacy.write_rows(private / MODELS, ("patient", "model"), sorted(found))

"""The sheet of readings as a shard and the plan see it: checked, with the raters' numbers, without who withdrew."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path, PurePath
from typing import NamedTuple

from discgrade import private as privacy
from discgrade.deidentification.identity import linkage, withdrawal
from discgrade.deidentification.identity.pseudonyms import Pseudonyms
from discgrade.deidentification.identity.withdrawal import NOBODY, Withdrawn
from discgrade.deidentification.source import by_instance, folder_of
from discgrade.imaging.header import Header
from discgrade.private import RefusedError
from discgrade.readings import raters
from discgrade.readings.raters import Rater
from discgrade.readings.sheets import rules
from discgrade.readings.sheets.sheet import Row, read_sheet
from discgrade.settings.model import Identifiers, Ratings
from discgrade.settings.run import EXTERNAL

WITHDREW = "patient withdrew"
_PARTS = frozenset({"train", "training", "test", "testing", "holdout", "validation", "val", "validate", "eval"})


class Names(NamedTuple):
    """How the sheet names an image, given its UID in the source, and the patient of an image."""

    uid: Callable[[str], str]
    patient: Callable[[Header], str]


def names_of(pseudonyms: Pseudonyms, identifiers: Identifiers) -> Names:
    """Return the names that a sheet uses: those of the source, or those of an earlier export."""
    if identifiers == "pseudonym":
        return Names(pseudonyms.uid, lambda header: pseudonyms.patient(header.key))
    return Names(str, lambda header: header.patient)


@dataclass(frozen=True)
class Sheet:
    """What a sheet holds for a study.

    Attributes:
        rows: Readings that can be used.
        excluded: Rows that are left out, with the reason.
        raters: The map of raters.
        withdrawn: Who withdrew.
        images: Headers by the SOP Instance UID that the sheet uses.
        notes: What a person should know, without a name.
    """

    rows: list[Row] = field(default_factory=list)
    excluded: list[tuple[Row, str]] = field(default_factory=list)
    raters: list[Rater] = field(default_factory=list)
    withdrawn: Withdrawn = NOBODY
    images: Mapping[str, Header] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)


def open_sheet(
    path: Path | None,
    found: Sequence[Header],
    private: Path,
    pseudonyms: Pseudonyms,
    settings: Ratings,
    *,
    export: Path,
    keep: bool,
) -> Sheet:
    """Read and check a sheet.

    Args:
        path: The sheet; None: there is none.
        found: Headers of the source.
        private: Private folder.
        pseudonyms: The study's pseudonyms.
        settings: How the sheet is read.
        export: Folder of the export.
        keep: Whether the map of raters and the withdrawals found are written; a plan only looks at them.

    Raises:
        RefusedError: if the sheet, the map of raters or the list of withdrawals breaks a rule.
    """
    names = names_of(pseudonyms, settings.identifiers)
    images = {names.uid(uid): header for uid, header in by_instance(found).items()}
    rows, faults = read_sheet(path, private, settings) if path else ([], [])
    rows = with_instances(rows, found, names)
    known = linkage.known_raters(private)
    numbered = linkage.raters_of(rows, private, export, pseudonyms.rater, keep=keep) if path else known
    withdrawn = _withdrawn(found, rows, private, pseudonyms, keep)
    if path is None:
        return Sheet(withdrawn=withdrawn, images=images, raters=known)
    gone, left = _split(rows, images, withdrawn)
    hidden = {row.number for row in gone}
    checked = rules.check(
        left,
        [fault for fault in faults if fault.row not in hidden],
        rules.Known(images, names.patient, raters.numbers_of(numbered)),
        private,
        settings.exclude_faulty,
    )
    excluded = [*((row, WITHDREW) for row in gone), *checked.excluded]
    notes = [*raters.changes(rows, numbered, known), *_cohort_notes(checked.rows)]
    return Sheet(checked.rows, excluded, numbered, withdrawn, images, notes)


def external_folders(sheet: Sheet, found: Sequence[Header]) -> frozenset[str]:
    """Return the source folders that hold nobody but patients of the cohort `external`, by all rows of the sheet.

    A row that is left out counts too: a patient who withdrew stays where they were.
    """
    cohorts: dict[tuple[str, ...], set[str]] = {}
    for row in (*sheet.rows, *(row for row, _ in sheet.excluded)):
        image = sheet.images.get(row.get("sop_instance_uid"))
        if image is not None:
            cohorts.setdefault(image.key, set()).add(row.get("cohort"))
    external = {key for key, names in cohorts.items() if names == {EXTERNAL}}
    if not external:
        return frozenset()
    folders: dict[str, bool] = {}
    for one in found:
        if one.instance:
            folder = folder_of(one.path)
            folders[folder] = folders.get(folder, True) and one.key in external
    return frozenset(folder for folder, alone in folders.items() if alone)


def with_instances(rows: Sequence[Row], found: Sequence[Header], names: Names) -> list[Row]:
    """Return rows that name an image by its series and number with its SOP Instance UID.

    The series is its UID in the header, or the folder that the file lies in; the number is the Instance Number, or the
    file's name. A row whose image is not there, or is not the only one, is left for the rules to tell.
    """
    wanted = [row for row in rows if row.get("series_uid") and not row.get("sop_instance_uid")]
    if not wanted:
        return list(rows)
    places: dict[tuple[str, str], set[str]] = {}
    for one in found:
        if one.instance:
            path = PurePath(one.path)
            for key in {(one.series, str(one.number)), (path.parent.name, path.stem)}:
                places.setdefault(key, set()).add(one.instance)
    changed = {}
    for row in wanted:
        named = places.get((row.get("series_uid"), row.get("instance_number")), set())
        if len(named) == 1:
            changed[row.number] = {**row.fields, "sop_instance_uid": names.uid(next(iter(named)))}
    return [replace(row, fields=changed[row.number]) if row.number in changed else row for row in rows]


def _withdrawn(
    found: Sequence[Header], rows: Sequence[Row], private: Path, pseudonyms: Pseudonyms, keep: bool
) -> Withdrawn:
    entries = withdrawal.listed(private)
    if not entries:
        return NOBODY
    pseudonym_of = {key: pseudonyms.patient(key) for key in {one.key for one in found if one.instance}}
    others = {row.get("patient_id") for row in rows}
    withdrawn = withdrawal.resolve(entries, found, pseudonym_of, others, private)
    if keep:
        with privacy.locked(private, "withdrawn"):
            withdrawal.remember(entries, private)
    return withdrawn


def _split(rows: Sequence[Row], images: Mapping[str, Header], withdrawn: Withdrawn) -> tuple[list[Row], list[Row]]:
    """Return the rows of patients who withdrew, and the others."""
    gone, left = list[Row](), list[Row]()
    for row in rows:
        image = images.get(row.get("sop_instance_uid"))
        of_them = image is not None and image.key in withdrawn.keys
        (gone if of_them or withdrawn.names(row.get("patient_id")) else left).append(row)
    return gone, left


def _cohort_notes(rows: Sequence[Row]) -> list[str]:
    cohorts: dict[str, set[str]] = {}
    for row in rows:
        cohorts.setdefault(row.get("cohort"), set()).add(row.get("patient_id"))
    notes = []
    if EXTERNAL in cohorts:
        notes.append(f"ratings: the {len(cohorts[EXTERNAL])} patients of the cohort {EXTERNAL} are never trained on")
    if parts := sorted(name for name in cohorts if name.casefold() in _PARTS):
        notes.append(
            f"ratings: cohorts called {', '.join(parts)} are trained on like any other: parts are drawn by patient. "
            f"Only the cohort {EXTERNAL} is never trained on"
        )
    return notes


def rater_number(name: str, path: str | Path | None, private: Path) -> str:
    """Return the number of a rater whom a study's settings name as the sheet does.

    Args:
        name: The name; it is private, and no message tells it.
        path: The sheet; None if there is none here.
        private: Private folder, which holds the map of raters.

    Raises:
        RefusedError: if nobody is called so, or the sheet breaks a rule.
    """
    found = raters.number_of(name, linkage.known_raters(private))
    if not found and path is not None and Path(path).is_file():
        rows, _ = read_sheet(Path(path), private)
        found = raters.number_of(name, raters.number_raters(rows, linkage.known_raters(private)))
    if not found:
        raise RefusedError(
            "cohort.reference.rater names nobody. It should be R1, R2 ..., or a name as the sheet of readings or the "
            "map of raters, raters.csv in the private folder, writes it"
        )
    return found

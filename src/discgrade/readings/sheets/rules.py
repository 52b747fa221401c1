"""The rules that a sheet of readings keeps; every fault is found before any image is read."""

import re
from collections import Counter
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from discgrade.grades import FRACTIONAL, LEVELS
from discgrade.imaging.header import Header
from discgrade.readings.sheets import faults as problems
from discgrade.readings.sheets import numbers
from discgrade.readings.sheets.alike import distance
from discgrade.readings.sheets.conflicts import find_conflicts
from discgrade.readings.sheets.faults import Fault, SheetError
from discgrade.readings.sheets.images import image_faults
from discgrade.readings.sheets.levels import OTHER_LEVELS
from discgrade.readings.sheets.sheet import ORIGINS, REGION_ORIGINS, Row
from discgrade.settings.run import EXTERNAL

OTHER_LEVEL = f"level outside {LEVELS[0]} to {LEVELS[-1]}"
AGAIN = "the same reading again"
NOT_FOUND = "no region, and the locator found none"

_COHORT = re.compile(r"[A-Za-z][A-Za-z0-9_-]{0,19}", re.ASCII)
_MOST_READINGS = 99


class Known(NamedTuple):
    """What the rules compare a sheet with.

    Attributes:
        images: Headers by the SOP Instance UID that the sheet uses; None if only the sheet itself is checked.
        patient_of: Returns the patient ID that the sheet should give an image.
        raters: Number of each rater by the name in the sheet, such as R1.
    """

    images: Mapping[str, Header] | None
    patient_of: Callable[[Header], str]
    raters: Mapping[str, str]


@dataclass(frozen=True)
class Checked:
    """A sheet that was checked.

    Attributes:
        rows: The readings that can be used.
        excluded: Those that cannot, with the reason.
    """

    rows: list[Row]
    excluded: list[tuple[Row, str]]


def check(
    rows: Sequence[Row], found: Sequence[Fault], known: Known, private: Path, exclude_faulty: bool = False
) -> Checked:
    """Check a sheet against its rules and the source's images.

    Args:
        rows: The sheet.
        found: Faults found while it was read.
        known: Images, patients and raters.
        private: Folder that receives problems.csv, with the values that the message does not show.
        exclude_faulty: Leave rows with faults out instead of refusing the sheet.

    Returns:
        The good rows; and what is left out: discs of other levels, those without a region that a locator did not find,
        the same row once more, and rows with faults if so chosen.

    Raises:
        SheetError: if any rule is broken; every fault is in the one message.
    """
    told = {(fault.row, fault.column) for fault in found}
    out = {row.number: reason for row in rows if (reason := _beyond(row))}
    judged = [row for row in rows if row.number not in out]
    faults = {*found, *(fault for fault in _all_faults(judged, known) if (fault.row, fault.column) not in told)}
    problems.write_problems(sorted(faults), private)
    if any(not (exclude_faulty and fault.reason) for fault in faults):
        raise SheetError(problems.message(sorted(faults), _identifiers(rows, known)))
    faulty = _reasons(faults)
    good, again = _distinct([row for row in judged if row.number not in faulty])
    excluded = [(row, out[row.number]) for row in rows if row.number in out] + [(row, AGAIN) for row in again]
    numbered = {row.number: row for row in rows}
    excluded += [(numbered.get(number, Row(number, {})), reason) for number, reason in faulty.items()]
    return Checked(good, excluded)


def _beyond(row: Row) -> str:
    """Return why a row is left out though nothing is wrong with it; empty if it is not."""
    if row.get("level") in OTHER_LEVELS:
        return OTHER_LEVEL
    return NOT_FOUND if row.get("region_origin") == REGION_ORIGINS[-1] else ""


def _all_faults(rows: Sequence[Row], known: Known) -> Iterator[Fault]:
    yield from _row_faults(rows)
    yield from _cohort_faults(rows)
    if known.images is not None:
        yield from image_faults(rows, known.images, known.patient_of)
        yield from find_conflicts(rows, known.images, known.raters)


def _reasons(faults: Collection[Fault]) -> dict[int, str]:
    """Return why each faulty row is left out: its first fault, or the one of a row that it contradicts."""
    found: dict[int, str] = {}
    for fault in sorted(faults):
        for row in (fault.row, *fault.others):
            found.setdefault(row, fault.reason)
    return found


def _distinct(rows: Sequence[Row]) -> tuple[list[Row], list[Row]]:
    """Return the rows, and apart from them those that say what another one has said already."""
    seen, again = dict[tuple[tuple[str, str], ...], Row](), []
    for row in rows:
        key = tuple(sorted(row.fields.items()))
        if key in seen:
            again.append(row)
        seen.setdefault(key, row)
    return list(seen.values()), again


def _identifiers(rows: Sequence[Row], known: Known) -> set[str]:
    """Return what identifies people in the sheet and in the headers of its images."""
    found = {row.as_given("patient_id") for row in rows} | {row.get("rater") for row in rows}
    for header in (known.images or {}).values():
        found.update((header.patient, header.issuer, header.name, header.birth, header.study, header.instance))
    return found - {""}


def _row_faults(rows: Sequence[Row]) -> Iterator[Fault]:
    """Find values that are wrong by themselves."""
    checks: dict[str, tuple[Callable[[str], bool], str]] = {
        "level": (lambda text: text in LEVELS, f"should be one of {', '.join(LEVELS)}"),
        "grade": (_is_grade, f"should be one of {', '.join(f'{grade:g}' for grade in FRACTIONAL)}"),
        "x": (lambda text: numbers.number(text) is not None, "should be a number"),
        "y": (lambda text: numbers.number(text) is not None, "should be a number"),
        "width": (lambda text: (numbers.number(text) or 0) > 0, "should be above 0"),
        "height": (lambda text: (numbers.number(text) or 0) > 0, "should be above 0"),
        "reading": (
            lambda text: 0 < (numbers.whole(text) or 0) <= _MOST_READINGS,
            "should be a whole number from 1 to 99",
        ),
        "frame": (lambda text: numbers.whole(text, 1) is not None, "should be a whole number from 1"),
        "rater": (bool, "should not be empty"),
        "origin": (lambda text: text in ("", *ORIGINS), f"should be {', '.join(ORIGINS[:-1])} or {ORIGINS[-1]}"),
        "region_origin": (
            lambda text: text in ("", *REGION_ORIGINS),
            f"should be {', '.join(REGION_ORIGINS[:-1])} or {REGION_ORIGINS[-1]}",
        ),
        "read_at": (lambda text: not text or numbers.day(text) is not None, "should be a date such as 2020-05-31"),
    }
    for row in rows:
        for column, (holds, rule) in checks.items():
            if not holds(row.get(column)):
                yield Fault(row.number, column, rule, row.as_given(column), f"faulty {column}")


def _is_grade(text: str) -> bool:
    return numbers.grade(text) is not None


def _cohort_faults(rows: Sequence[Row]) -> Iterator[Fault]:
    """Find names of cohorts that cannot be passed on, that are nearly `external`, or that differ in case alone."""
    rule = "should be a short name such as primary: a letter, then up to 19 letters, digits, - or _"
    uses = Counter(row.get("cohort") for row in rows)
    usual = {_plain(name): name for name, _ in reversed(uses.most_common())}
    for row in rows:
        name = row.get("cohort")
        if not _COHORT.fullmatch(name):
            yield Fault(row.number, "cohort", rule, row.as_given("cohort"), "faulty cohort")
        elif name != EXTERNAL and _nearly_external(name):
            nearly = f"should be {EXTERNAL}, for patients who are never trained on, or a name that is less like it"
            yield Fault(row.number, "cohort", nearly, row.as_given("cohort"), "faulty cohort")
        elif usual[_plain(name)] != name:
            one = "should be spelled as in the other rows: names differ in more than case and marks"
            yield Fault(row.number, "cohort", one, row.as_given("cohort"), "faulty cohort")


def _plain(name: str) -> str:
    return "".join(filter(str.isalnum, name.casefold()))


def _nearly_external(name: str) -> bool:
    """Tell whether a name begins with ext, holds extern, or is external but for two letters."""
    bare = _plain(name)
    return bare.startswith("ext") or "extern" in bare or distance(bare, EXTERNAL) <= 2

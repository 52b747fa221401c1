"""Whether IDs that differ in spelling alone are those of one person: sex, date of birth and name may speak against it.

Planning a study asks this: it needs the standard library only.
"""

import logging
import re
import unicodedata
from collections.abc import Iterator, Sequence
from pathlib import Path

from discgrade import private as privacy
from discgrade.imaging.header import Header

log = logging.getLogger(__name__)

CONTRADICTIONS = "contradictions.csv"
_COLUMNS = ("id", "other_id", "contradiction")


def check(found: Sequence[Header], private: Path) -> None:
    """Check that no two people become one patient because their IDs differ only in spaces, case or leading zeros.

    Args:
        found: Headers of the source.
        private: Folder that receives contradictions.csv, with the IDs that the message does not show.

    One ID that is written alike and has two sexes or dates of birth is told: one of them may be mistyped.

    Raises:
        RefusedError: if sex, date of birth or name of such IDs contradict one another.
    """
    spellings = _spellings(found)
    several, doubtful = sorted(_contradictions(spellings)), sorted(_doubtful(spellings))
    if not several and not doubtful:
        (private / CONTRADICTIONS).unlink(missing_ok=True)
        return
    privacy.write_rows(private / CONTRADICTIONS, _COLUMNS, [*several, *doubtful])
    if doubtful:
        log.warning(
            "%d patient IDs have files of two sexes or dates of birth: see %s in the private folder. "
            "Each counts as one person",
            len(doubtful),
            CONTRADICTIONS,
        )
    if not several:
        return
    raise privacy.RefusedError(
        f"{len(several)} pair(s) of patient IDs differ in spaces, case or leading zeros only and would be read "
        f"as one person's, but sex, date of birth or name contradict one another: see {CONTRADICTIONS} in the private "
        "folder. Give each person one ID, and write it alike in all files"
    )


def _spellings(found: Sequence[Header]) -> list[dict[str, list[Header]]]:
    """Return for each patient the files by the patient's ID as it is written."""
    files: dict[tuple[str, str], list[Header]] = {}
    for one in found:
        if one.instance and one.patient:
            files.setdefault((one.patient, one.issuer), []).append(one)
    spellings: dict[tuple[str, ...], dict[str, list[Header]]] = {}
    for same in files.values():
        spellings.setdefault(same[0].key, {}).setdefault(same[0].patient, []).extend(same)
    return list(spellings.values())


def _contradictions(spellings: Sequence[dict[str, list[Header]]]) -> Iterator[tuple[str, str, str]]:
    """Yield pairs of IDs that are read as one, with what speaks against it."""
    for people in spellings:
        ids = sorted(people)
        for number, other in enumerate(ids):
            for earlier in ids[:number]:
                if against := _against(people[earlier], people[other]):
                    yield earlier, other, against


def _doubtful(spellings: Sequence[dict[str, list[Header]]]) -> Iterator[tuple[str, str, str]]:
    """Yield IDs that are written alike in files of two sexes or dates of birth."""
    for people in spellings:
        for written, files in people.items():
            several = [name for name, values in (("sex", _sexes), ("date of birth", _births)) if len(values(files)) > 1]
            if several:
                yield written, written, ", ".join(several)


def _against(files: Sequence[Header], others: Sequence[Header]) -> str:
    """Return what contradicts: values that both IDs have and none of which agree."""
    found = []
    for name, values in (("sex", _sexes), ("date of birth", _births), ("name", _names)):
        ours, theirs = values(files), values(others)
        if ours and theirs and ours.isdisjoint(theirs):
            found.append(name)
    return ", ".join(found)


def _sexes(files: Sequence[Header]) -> set[str]:
    return {one.sex for one in files} - {""}


def _births(files: Sequence[Header]) -> set[str]:
    return {one.birth for one in files} - {""}


def _names(files: Sequence[Header]) -> set[str]:
    """Return the parts of names: one of them in common, such as a maiden's first name, and nothing contradicts."""
    folded = (unicodedata.normalize("NFKC", one.name).casefold() for one in files)
    return {part for name in folded for part in re.split(r"[\s^=\\,.;\-]+", name)} - {""}

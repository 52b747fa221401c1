"""Whether IDs that differ in spelling alone are those of one person: sex, date of birth and name may speak against it.

Planning a study asks this: it needs the standard library only.
"""

import re
import unicodedata
from collections.abc import Iterator, Sequence
from pathlib import Path

from discgrade import private as privacy
from discgrade.imaging.header import Header

CONTRADICTIONS = "contradictions.csv"
_COLUMNS = ("id", "other_id", "contradiction")


def check(found: Sequence[Header], private: Path) -> None:
    """Check that no two people become one patient because their IDs differ only in spaces, case or leading zeros.

    Args:
        found: Headers of the source.
        private: Folder that receives contradictions.csv, with the IDs that the message does not show.

    Raises:
        RefusedError: if sex, date of birth or name of such IDs contradict one another.
    """
    contradictions = sorted(_contradictions(found))
    if not contradictions:
        (private / CONTRADICTIONS).unlink(missing_ok=True)
        return
    privacy.write_rows(private / CONTRADICTIONS, _COLUMNS, contradictions)
    raise privacy.RefusedError(
        f"{len(contradictions)} pair(s) of patient IDs differ in spaces, case or leading zeros only and would be read "
        f"as one person's, but sex, date of birth or name contradict one another: see {CONTRADICTIONS} in the private "
        "folder. Give each person one ID, and write it alike in all files"
    )


def _contradictions(found: Sequence[Header]) -> Iterator[tuple[str, str, str]]:
    """Yield pairs of IDs that are read as one, with what speaks against it."""
    files: dict[tuple[str, str], list[Header]] = {}
    for one in found:
        if one.instance and one.patient:
            files.setdefault((one.patient, one.issuer), []).append(one)
    spellings: dict[tuple[str, ...], dict[str, list[Header]]] = {}
    for same in files.values():
        spellings.setdefault(same[0].key, {}).setdefault(same[0].patient, []).extend(same)
    for people in spellings.values():
        ids = sorted(people)
        for number, other in enumerate(ids):
            for earlier in ids[:number]:
                if against := _against(people[earlier], people[other]):
                    yield earlier, other, against


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

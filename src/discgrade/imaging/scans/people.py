"""Who a file is about, as far as its header says beyond the Patient ID: enough to see that two people share one.

Names are kept as digests of their words, so that an index of headers spells out nobody's name.
"""

import hashlib
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from pydicom.dataset import Dataset

from discgrade.imaging.scans.descriptions import plain, text

TAGS = ("PatientName", "PatientBirthDate", "PatientSex")
"""Elements that are read for it."""

_WORD = re.compile(r"[^\W_]+")
_DIGITS = 12
_PLACEHOLDERS = ("19000101", "18000101")
_SEXES = ("F", "M")


@dataclass(frozen=True)
class Person:
    """What headers say of a person; what they do not say is empty.

    Attributes:
        name: Digests of the words of the name, sorted; without case, accents and order.
        birth: Date of birth, YYYYMMDD.
        sex: F or M.
    """

    name: tuple[str, ...] = ()
    birth: str = ""
    sex: str = ""


UNKNOWN = Person()
"""A person of whom nothing is said."""


def person(dataset: Dataset) -> Person:
    """Return what a header says of a person.

    Args:
        dataset: Header, at least the elements of `TAGS`.
    """
    words = {plain(word)[0] for word in _WORD.findall(text(dataset, "PatientName"))}
    digests = (hashlib.sha256(word.encode()).hexdigest()[:_DIGITS] for word in words if word)
    birth, sex = (text(dataset, keyword).strip(" \0") for keyword in TAGS[1:])
    return Person(tuple(sorted(digests)), birth if _is_birth(birth) else "", sex if sex in _SEXES else "")


def _is_birth(said: str) -> bool:
    try:
        date.fromisoformat(said)
    except ValueError:
        return False
    return said.isdecimal() and said not in _PLACEHOLDERS


def differences(people: Iterable[Person]) -> tuple[str, ...]:
    """Return what differs among people as far as it is known: of name, date of birth and sex.

    Names differ where each has a word that the other has not: a second given name more, or another order, is none.
    """
    known = set(people)
    names = [set(one.name) for one in known if one.name]
    found = (
        ("name", any(not (one <= other or other <= one) for one in names for other in names)),
        ("date of birth", len({one.birth for one in known} - {""}) > 1),
        ("sex", len({one.sex for one in known} - {""}) > 1),
    )
    return tuple(what for what, differs in found if differs)


def apart(studies: Sequence[Sequence[Person]]) -> Iterator[int]:
    """Yield, for the studies under one Patient ID, whose each is: the number of a person, from 0.

    A study is an earlier one's person's if it contradicts none of that person's studies.

    Args:
        studies: What the files of each say.
    """
    known: list[list[Person]] = []
    for study in studies:
        number = next((place for place, one in enumerate(known) if not differences([*one, *study])), len(known))
        if number == len(known):
            known.append([])
        known[number] += study
        yield number

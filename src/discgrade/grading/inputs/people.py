"""Whose the studies under one Patient ID are: of one person, as it should be, or of several."""

from collections.abc import Sequence
from dataclasses import dataclass

from discgrade.grading.inputs.scans import Scanned
from discgrade.imaging.scans.people import apart, differences


@dataclass(frozen=True)
class Whose:
    """Whose a study is.

    Attributes:
        number: Which of the people under its Patient ID, from 0.
        notes: What somebody should know of that, one sentence each.
    """

    number: int
    notes: tuple[str, ...] = ()


def people_of(studies: Sequence[Scanned]) -> list[Whose]:
    """Say whose each of a patient's studies is, by the names, dates of birth and sexes of their headers."""
    if len(studies) < 2:
        return [Whose(0)] * len(studies)
    said = [tuple({file.person: None for file in study.files()}) for study in studies]
    numbers = list(apart(said))
    others = [[person for one, people in zip(numbers, said, strict=True) if one != own for person in people]
              for own in numbers]  # fmt: skip
    return [Whose(own, _notes(differences([*people, *rest]) if rest else ()))
            for own, people, rest in zip(numbers, said, others, strict=True)]  # fmt: skip


def _notes(differing: Sequence[str]) -> tuple[str, ...]:
    if not differing:
        return ()
    told = " and ".join(filter(None, [", ".join(differing[:-1]), *differing[-1:]]))
    return (
        f"other studies under this Patient ID have another {told}, so that they seem to be about somebody else and are "
        "not shown with this one: find out whose they are",
    )

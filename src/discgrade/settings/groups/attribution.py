"""Who answers for a study and where its data comes from (`provenance`): nothing here changes a number."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Person:
    """Somebody who answers for the study (`provenance.people`)."""

    name: str
    orcid: str | None = None
    affiliation: str | None = None


@dataclass(frozen=True)
class Dataset:
    """Where images and readings come from (`provenance.dataset`)."""

    name: str
    description: str | None = None
    url: str | None = None
    license: str | None = None


@dataclass(frozen=True)
class Provenance:
    """What the RO-Crate says beside the job records (`provenance`); nothing here changes a number."""

    title: str | None = None
    people: tuple[Person, ...] = ()
    license: str | None = None
    ethics: str | None = None
    dataset: Dataset | None = None

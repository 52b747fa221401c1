"""Where the model fails: its scores by grade, level, manufacturer and field strength."""

from collections.abc import Iterator
from dataclasses import dataclass
from math import isnan

from discgrade.grades import INTEGRAL
from discgrade.publication.keys import Key
from discgrade.publication.page.findings import Findings
from discgrade.publication.render.table import Cell
from discgrade.publication.tables.rows.scores import score_cell
from discgrade.publication.wording import split_words
from discgrade.settings.run import FOLDS, HOLDOUT

FEW = 10
"""Test discs below which a group says little."""
SCOPES = {"level": "Level", "manufacturer": "Manufacturer", "field_strength": "Field strength"}


@dataclass(frozen=True)
class Group:
    """Discs of one kind.

    Attributes:
        label: Which.
        discs: Number of different test discs.
        score: The score, with its interval where there is one.
        value: The score as a number; None if it is undefined.
        weakest: Whether no other group of its kind has a lower score.
    """

    label: str
    discs: int
    score: Cell
    value: float | None
    weakest: bool = False

    @property
    def few(self) -> bool:
        """Whether there are fewer than ten."""
        return self.discs < FEW


@dataclass(frozen=True)
class Kind:
    """Groups of one kind: what divides them, what is scored, and the groups."""

    name: str
    score: str
    groups: tuple[Group, ...]


def shown_part(found: Findings) -> str:
    """Return the split whose groups are shown: all folds where the default model was trained in them."""
    return FOLDS if Key(found.run(FOLDS), "accuracy") in found.study.scores else HOLDOUT


def part_words(found: Findings) -> str:
    """Name that split in words."""
    return split_words(shown_part(found), found.context.folds)


def kinds(found: Findings) -> list[Kind]:
    """Return the groups of each kind; a kind of fewer than two groups is left out."""
    grades = Kind("Grade", "sensitivity", tuple(_grades(found)))
    scopes = {scope: words for scope, words in SCOPES.items() if scope == "level" or found.told.headers}
    others = [Kind(words, "κ (linear)", tuple(_scope(found, scope))) for scope, words in scopes.items()]
    return [_marked(kind) for kind in (grades, *others) if len(kind.groups) > 1]


def _grades(found: Findings) -> Iterator[Group]:
    split = shown_part(found)
    tested = found.tested(split)
    for grade in map(float, INTEGRAL):
        discs = int((tested["integral"] == grade).sum())
        if discs:
            yield _group(found, f"{grade:g}", discs, Key(found.run(split), "sensitivity", grade=grade))


def _scope(found: Findings, scope: str) -> Iterator[Group]:
    split = shown_part(found)
    tested, run = found.tested(split), found.run(split)
    names = {key.group for key in found.study.scores if key.run == run and key.scope == scope}
    for name in sorted(names):
        kept = tested[scope].map(lambda value: f"{value:g}" if isinstance(value, float) else value)
        label = f"{name} T" if scope == "field_strength" else name
        yield _group(found, label, int((kept == name).sum()), Key(run, "kappa_linear", scope, name))


def _group(found: Findings, label: str, discs: int, key: Key) -> Group:
    row = found.study.scores.get(key)
    value = None if row is None or isnan(row["value"]) else float(row["value"])
    return Group(label, discs, score_cell(found.study, key, "Not scored."), value)


def _marked(kind: Kind) -> Kind:
    """Mark the group with the lowest score, if scores differ."""
    values = [group.value for group in kind.groups if group.value is not None]
    lowest = min(values) if len(set(values)) > 1 else None
    groups = [
        Group(group.label, group.discs, group.score, group.value, group.value == lowest)
        if lowest is not None
        else group
        for group in kind.groups
    ]
    return Kind(kind.name, kind.score, tuple(groups))

"""Where the model fails: its scores by grade, level, manufacturer and field strength, and whether groups differ."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from math import isnan

import pandas as pd

from discgrade.grades import INTEGRAL
from discgrade.publication.agreement_values import keys_of_test, p_words
from discgrade.publication.keys import Key
from discgrade.publication.page.findings import Findings
from discgrade.publication.render.table import Cell
from discgrade.publication.tables.rows.scores import score_cell
from discgrade.publication.wording import split_words
from discgrade.reliability.agreement.heterogeneity import FEWEST
from discgrade.reliability.agreement.samples import GRADE

FEW = 10
"""Test discs below which a group says little."""
SCOPES = {"level": "Level", "manufacturer": "Manufacturer", "field_strength": "Field strength"}
LEVEL_OF_TESTS = 0.05
"""P value, adjusted where there are several tests, below which groups are said to differ."""


@dataclass(frozen=True)
class Group:
    """Discs of one kind.

    Attributes:
        label: Which.
        discs: Number of different test discs.
        score: The score, with its interval where there is one.
        value: The score as a number; None if it is undefined.
        tested: Whether the test of its kind compares it.
        weakest: Whether groups of its kind differ, and none that was compared has a lower score.
    """

    label: str
    discs: int
    score: Cell
    value: float | None
    tested: bool
    weakest: bool = False

    @property
    def few(self) -> bool:
        """Whether there are fewer than ten."""
        return self.discs < FEW


@dataclass(frozen=True)
class Kind:
    """Groups of one kind.

    Attributes:
        name: What divides them.
        score: What is scored.
        groups: The groups.
        differ: Whether they differ by more than chance, in words.
        p: The P value that says so; empty where they were not tested.
    """

    name: str
    score: str
    groups: tuple[Group, ...]
    differ: str
    p: Cell


def shown_part(found: Findings) -> str:
    """Return the split whose groups are shown: all folds where the model was trained in them."""
    return found.main.split


def part_words(found: Findings) -> str:
    """Name that split in words."""
    return split_words(shown_part(found), found.context.folds)


def kinds(found: Findings) -> list[Kind]:
    """Return the groups of each kind; a kind of fewer than two groups is left out."""
    scopes = {scope: words for scope, words in SCOPES.items() if scope == "level" or found.told.headers}
    groups = {GRADE: tuple(_grades(found))} | {scope: tuple(_scope(found, scope)) for scope in scopes}
    named = {GRADE: ("Grade", "sensitivity")} | {scope: (words, "κ (linear)") for scope, words in scopes.items()}
    return [_judged(found, scope, *named[scope], of_kind) for scope, of_kind in groups.items() if len(of_kind) > 1]


def _grades(found: Findings) -> Iterator[Group]:
    tested = found.tested(shown_part(found))
    for grade in map(float, INTEGRAL):
        discs = tested[tested["integral"] == grade]
        if len(discs):
            enough = discs["patient"].nunique() >= FEWEST
            yield _group(found, f"{grade:g}", discs, Key(found.main, "sensitivity", grade=grade), enough)


def _scope(found: Findings, scope: str) -> Iterator[Group]:
    tested = found.tested(shown_part(found))
    names = {key.group for key in found.study.scores if key.run == found.main and key.scope == scope}
    for name in sorted(names):
        kept = tested[scope].map(lambda value: f"{value:g}" if isinstance(value, float) else value)
        label = f"{name} T" if scope == "field_strength" else name
        discs = tested[kept == name]
        enough = discs["patient"].nunique() >= FEWEST and discs["integral"].nunique() > 1
        yield _group(found, label, discs, Key(found.main, "kappa_linear", scope, name), enough)


def _group(found: Findings, label: str, discs: pd.DataFrame, key: Key, tested: bool) -> Group:
    row = found.study.scores.get(key)
    value = None if row is None or isnan(row["value"]) else float(row["value"])
    return Group(label, len(discs), score_cell(found.shown, key, "Not scored."), value, tested)


def _judged(found: Findings, scope: str, name: str, score: str, groups: tuple[Group, ...]) -> Kind:
    """Say whether groups differ more than chance would let them; only then the lowest is marked."""
    test = found.agreed.test(scope)
    if not test or isnan(test["p"]["value"]):
        reason = test["p"]["reason"] if test else "one group only"
        return Kind(name, score, groups, f"Not tested: {reason}.", Cell())
    p = test.get("p_holm", test["p"])["value"]
    shown = Cell(p_words(test), keys=keys_of_test(found.agreed, scope))
    enough = f"at least {FEWEST} patients" + (" and two grades" if scope != GRADE else "")
    among = "" if all(group.tested for group in groups) else f"Of the groups with {enough}: "
    if p >= LEVEL_OF_TESTS:
        return Kind(name, score, groups, _sentence(f"{among}no more apart than chance would have it"), shown)
    lowest = min((group.value for group in groups if group.tested and group.value is not None), default=None)
    marked = tuple(replace(group, weakest=group.value == lowest) for group in groups)
    return Kind(name, score, marked, _sentence(f"{among}further apart than chance would have it"), shown)


def _sentence(words: str) -> str:
    return words[0].upper() + words[1:]

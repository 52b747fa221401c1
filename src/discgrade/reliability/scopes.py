"""Which discs a score is taken over: all, those of a group, the external cohort, those that were read twice."""

from collections.abc import Iterator, Mapping
from dataclasses import replace

import pandas as pd

from discgrade.grades import rank
from discgrade.reliability.scores.pairs import Detail, Pairs, detail_of
from discgrade.reliability.scores.tabulation import Scope
from discgrade.settings.model import Scale
from discgrade.settings.run import EXTERNAL

GROUPINGS: tuple[str, ...] = ("cohort", "level", "manufacturer", "field_strength", "origin")


def _detail(discs: pd.DataFrame, chosen: "pd.Series[bool]", scale: Scale) -> Detail:
    """Ask a whole cohort whether its reference is fractional: a few discs of it may by chance have integral grades."""
    return detail_of(discs.loc[chosen, "grade"].to_numpy(), scale)


def scoped_pairs(
    frame: pd.DataFrame, discs: pd.DataFrame, twice: Mapping[Scope, pd.Series]
) -> Iterator[tuple[Scope, Pairs]]:
    """Pair reference and predicted grades of one run's scored samples, by scope; scopes without samples are left out.

    Args:
        frame: Rows of `scores.GRADED` of one run, or of all its folds.
        discs: As `graded.read_discs` returns.
        twice: As `raters.doubly_read` returns: there the reading stands in for the reference.
    """
    scale: Scale = frame["scale"].iloc[0]
    known = discs.loc[frame["disc"]]
    if frame["origin"].notna().any():
        known = known.assign(origin=frame["origin"].to_numpy(object))
    disc, tested = frame["disc"].to_numpy(object), (frame["part"] == "test").to_numpy()
    everything = Pairs(
        reference=rank(frame["reference"]),
        predicted=rank(frame["predicted"]),
        disc=disc,
        patient=known["patient"].to_numpy(object),
        detail=_detail(discs, discs["cohort"] != EXTERNAL, scale),
    )
    yield Scope(), everything.subset(tested)
    for grouping in GROUPINGS:
        values = known[grouping].to_numpy(object)
        for value in sorted(pd.unique(values[tested & pd.notna(values)])):
            group = everything.subset(tested & (values == value))
            if grouping == "cohort":
                group = replace(group, detail=_detail(discs, discs["cohort"] == value, scale))
            yield Scope(grouping, f"{value:g}" if isinstance(value, float) else str(value)), group
    if not tested.all():
        detail = _detail(discs, discs["cohort"] == EXTERNAL, scale)
        yield Scope("cohort", EXTERNAL), replace(everything.subset(~tested), detail=detail)
    for scope, grades in twice.items():
        position = grades.index.get_indexer(pd.Index(disc))
        reread = tested & (position >= 0)
        if reread.any():
            yield scope, replace(everything.subset(reread), reference=rank(grades.to_numpy()[position[reread]]))

"""Paired comparisons: is the score of one run above that of another on the same discs, or is the difference noise?"""

from collections.abc import Iterator, Mapping, Sequence
from itertools import permutations, product
from typing import Any

from discgrade.reliability.bootstrap.draws import Bootstrap, Draws
from discgrade.reliability.bootstrap.summaries import density, difference, highest_density, larger, posterior_mean
from discgrade.reliability.scores.metrics import GLOBAL
from discgrade.reliability.scores.pairs import Column
from discgrade.reliability.scores.tabulation import Scope
from discgrade.settings.run import ALL_SEEDS, Run

# What two runs may differ in to be compared, and how the other one is then named.
_CONTRASTS = {"variant": "{}", "resolution": "{}px", "share": "share-{}"}
DRAWN = ("kappa_linear", "mae", "mae_fractional_reference")
"""Scores whose posterior a figure draws."""


def other_name(run: Run, other: Run) -> str | None:
    """Name the other run by the one field in which it differs; None if it is the same run or differs in more."""
    differing = [name for name, value in run.wildcards.items() if other.wildcards[name] != value]
    if len(differing) != 1 or differing[0] not in _CONTRASTS:
        return None
    return _CONTRASTS[differing[0]].format(other.wildcards[differing[0]])


def comparable_columns(one: Draws, other: Draws) -> list[Column]:
    """Return the global scores that both have on the same scale: errors against another reference are left out."""
    shared = [column for column in one.columns if column[1] is None and column in other.columns]
    if one.detail == other.detail:
        return shared
    return [column for column in shared if column[0] in GLOBAL]


def comparison_rows(
    run: Run, scope: Scope, draws: Draws, other: Draws, *, name: str, bootstrap: Bootstrap
) -> list[dict[str, Any]]:
    """Compare the scores of a run with those of another over the same discs and weights.

    Args:
        run: The run.
        scope: What the discs are restricted by.
        draws: Its draws.
        other: Draws of the other, paired with them.
        name: Name of the other.
        bootstrap: Draws, seed and probability.

    Returns:
        Rows of `intervals.COMPARISONS`, one a global score; all NaN where a score is undefined. Scores that no
        weights tell apart differ by 0, with an interval without width.
    """
    shared = comparable_columns(draws, other)
    mine = [draws.columns.index(column) for column in shared]
    theirs = [other.columns.index(column) for column in shared]
    apart = difference(draws.values[:, mine], other.values[:, theirs])
    bounds, means, greater = highest_density(apart, bootstrap.probability), posterior_mean(apart), larger(apart)
    return [
        run.wildcards
        | vars(scope)
        | {
            "other": name,
            "grade": None,
            "metric": metric,
            "value": draws.observed[mine[index]],
            "other_value": other.observed[theirs[index]],
            "difference": means[index],
            "lower": bounds[index, 0],
            "upper": bounds[index, 1],
            "greater": greater[index],
            "n": draws.samples,
        }
        | drawn(draws, bootstrap)
        for index, (metric, _) in enumerate(shared)
    ]


def interval_rows(runs: Sequence[Run], scope: Scope, draws: Draws, bootstrap: Bootstrap) -> Iterator[dict[str, Any]]:
    """Yield posterior mean and highest-density interval of every score as rows of `intervals.INTERVALS`.

    Args:
        runs: The runs that have these draws: a training, and the mean over seeds if it is the only one.
        scope: What the discs are restricted by.
        draws: The draws.
        bootstrap: Draws, seed and probability.
    """
    bounds = highest_density(draws.values, bootstrap.probability)
    means = posterior_mean(draws.values)
    for run, (index, (metric, grade)) in product(runs, enumerate(draws.columns)):
        yield (
            run.wildcards
            | vars(scope)
            | {
                "grade": grade,
                "metric": metric,
                "mean": means[index],
                "lower": bounds[index, 0],
                "upper": bounds[index, 1],
            }
            | drawn(draws, bootstrap)
        )


def posterior_rows(runs: Sequence[Run], draws: Draws, bootstrap: Bootstrap) -> Iterator[dict[str, Any]]:
    """Yield the posterior of each score that a figure draws, of means over all seeds, as rows of `POSTERIORS`."""
    for run in runs:
        for index, (metric, grade) in enumerate(draws.columns):
            if run.seed == ALL_SEEDS and metric in DRAWN and grade is None:
                found = density(draws.values[:, index])
                if found:
                    told = {"metric": metric, "scores": found[0], "density": found[1]}
                    yield run.wildcards | told | drawn(draws, bootstrap)


def drawn(draws: Draws, bootstrap: Bootstrap) -> dict[str, Any]:
    """Return how draws were made, as columns of a table."""
    return {
        "probability": bootstrap.probability,
        "unit": draws.unit,
        "units": draws.units,
        "draws": bootstrap.draws,
        "bootstrap_seed": bootstrap.seed,
    }


def run_comparisons(posterior: Mapping[Run, Draws], scope: Scope, bootstrap: Bootstrap) -> Iterator[dict[str, Any]]:
    """Compare every two runs over the same discs that differ in variant, resolution or share alone.

    Only means over all seeds are compared.
    """
    runs = [run for run in posterior if run.seed == ALL_SEEDS]
    for run, other in permutations(runs, 2):
        name = other_name(run, other)
        if name is not None:
            yield from comparison_rows(run, scope, posterior[run], posterior[other], name=name, bootstrap=bootstrap)

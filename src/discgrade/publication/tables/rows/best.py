"""Which rows of a column are printed bold: the best one, and every one that a paired comparison cannot tell from it."""

from collections.abc import Sequence
from math import isnan

from discgrade.publication.keys import Key
from discgrade.publication.tables.rows.scores import Study
from discgrade.reliability.scores.metrics import ERRORS
from discgrade.settings.run import Run


def is_rounded(study: Study, key: Key) -> bool:
    """Return whether integral grades are scored against a fractional reference: such errors compare with no others."""
    return key._replace(metric="mae_fractional_reference") in study.scores


def comparable(study: Study, runs: Sequence[Run], metric: str) -> list[Run]:
    """Return the runs that were scored on the same discs and scale as the first of them; empty if it is alone."""
    first = Key(runs[0], metric)
    chosen = [
        run
        for run in runs
        if (run == runs[0] or (first, run.variant) in study.comparisons)
        and not (metric in ERRORS and is_rounded(study, Key(run, metric)))
        and not isnan(study.scores[Key(run, metric)]["value"])
    ]
    return chosen if len(chosen) > 1 else []


def best_runs(study: Study, runs: Sequence[Run], metric: str) -> set[Run]:
    """Return the run with the best score and every run whose interval of the difference to it holds 0.

    Args:
        study: Scores and comparisons.
        runs: Runs with scores that differ in variant alone; the first one says which discs and scale are compared.
        metric: A global metric; the smallest `mae` is best, the largest of any other.
    """
    sign = -1 if metric == "mae" else 1
    candidates = comparable(study, runs, metric)
    if not candidates:
        return set()
    best = max(candidates, key=lambda run: sign * study.scores[Key(run, metric)]["value"])
    rows = {run: study.comparisons.get((Key(best, metric), run.variant)) for run in candidates}
    return {best} | {run for run, row in rows.items() if row is not None and row["lower"] <= 0 <= row["upper"]}

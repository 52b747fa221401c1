"""Credible intervals of every score and paired comparisons of runs, from the graded samples."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from functools import partial
from itertools import chain
from pathlib import Path
from typing import Any

import joblib
import pandas as pd
import pyarrow.compute as pc

from discgrade import records
from discgrade.grades import rank
from discgrade.records.results.intervals import COMPARISONS, INTERVALS, POSTERIORS
from discgrade.records.results.scores import GRADED
from discgrade.reliability import raters
from discgrade.reliability.bootstrap.draws import Bootstrap, Draws, fold_draws, mean_draws, score_draws
from discgrade.reliability.bootstrap.weights import one_thread
from discgrade.reliability.comparison import comparison_rows, interval_rows, posterior_rows, run_comparisons
from discgrade.reliability.graded import read_discs
from discgrade.reliability.scopes import scoped_pairs
from discgrade.reliability.scores.confusion import Floats
from discgrade.reliability.scores.pairs import Detail, Pairs
from discgrade.reliability.scores.tabulation import RUN, Scope
from discgrade.reliability.scoring import grades_read
from discgrade.settings.groups.cohort import Reference
from discgrade.settings.model import Intervals, Unit
from discgrade.settings.run import ALL_SEEDS, EXTERNAL, FOLD_MEAN, FOLDS, HOLDOUT, READINGS, Run

_READERS = (raters.INTRA_RATER, raters.INTER_RATER, raters.NOISE_CEILING)

Rows = Iterator[dict[str, Any]]
Twice = Mapping[Scope, pd.Series]
Posterior = dict[Run, Draws]
Drawing = tuple[Scope, Callable[[], Posterior]]
"""What the discs are restricted by, and the function that draws the scores of runs over them."""


def _over_seeds(posterior: Mapping[Run, Draws]) -> Posterior:
    """Add the mean over seeds of each run."""
    trainings: dict[Run, list[Draws]] = {}
    for run, draws in posterior.items():
        trainings.setdefault(replace(run, seed=ALL_SEEDS), []).append(draws)
    return dict(posterior) | {run: mean_draws(draws) for run, draws in trainings.items()}


def _same_discs(pairs: Mapping[Run, Pairs]) -> list[dict[Run, Pairs]]:
    """Group runs over the same discs: only their draws are paired."""
    same: dict[frozenset[str], dict[Run, Pairs]] = {}
    for run, pair in pairs.items():
        same.setdefault(frozenset(pair.disc), {})[run] = pair
    return list(same.values())


def _posterior(pairs: Mapping[Run, Pairs], bootstrap: Bootstrap) -> Posterior:
    """Draw the scores of runs over the same discs."""
    return _over_seeds(dict(zip(pairs, score_draws(list(pairs.values()), bootstrap), strict=True)))


def _run_pairs(frame: pd.DataFrame, discs: pd.DataFrame, twice: Twice) -> dict[Scope, dict[Run, Pairs]]:
    """Pair the samples of each run in a frame of `scores.GRADED`, by scope."""
    scoped: dict[Scope, dict[Run, Pairs]] = {}
    for _, rows in frame.groupby(RUN):
        first = rows.iloc[0]
        run = Run(first["variant"], int(first["resolution"]), int(first["share"]), first["split"], int(first["seed"]))
        ordered = rows.sort_values(["part", "disc", "copy"], ascending=[False, True, True])
        for scope, pairs in scoped_pairs(ordered, discs, twice):
            scoped.setdefault(scope, {})[run] = pairs
    return scoped


def _read_graded(graded: Path, splits: pc.Expression) -> pd.DataFrame:
    frame: pd.DataFrame = records.read(graded, GRADED, filters=splits).to_pandas()
    return frame


def _holdout(graded: Path, discs: pd.DataFrame, bootstrap: Bootstrap) -> Iterator[Drawing]:
    """Yield what draws the scores of the runs on the hold-out split, for the test part and the external cohort."""
    frame = _read_graded(graded, pc.field("split") == HOLDOUT)
    for scope, pairs in _run_pairs(frame, discs, {}).items():
        if scope in (Scope(), Scope("cohort", EXTERNAL)):
            for group in _same_discs(pairs):
                yield scope, partial(_posterior, group, bootstrap)


def _other_readings(scope: Scope, model: Pairs, twice: Twice) -> dict[Run, Pairs]:
    """Return the other reading of doubly read discs as if it were a run over the model's samples."""
    others = [other for other in twice if other.scope == scope.scope and other != scope]
    detail: Detail = "integral" if model.detail == "integral" else "fractional"
    return {
        raters.rater_run(other.group): replace(model, predicted=rank(twice[other].loc[list(model.disc)]), detail=detail)
        for other in others
    }


def _pooled(folds: pd.DataFrame, discs: pd.DataFrame, twice: Twice, bootstrap: Bootstrap) -> Iterator[Drawing]:
    """Yield what draws the scores of the out-of-fold predictions, and of the other reading on doubly read discs."""
    for scope, pairs in _run_pairs(folds.assign(split=FOLDS), discs, twice).items():
        for group in _same_discs(pairs):
            readings = _other_readings(scope, next(iter(group.values())), twice)
            yield scope, partial(_posterior, group | readings, bootstrap)


def _fold_means(folds: pd.DataFrame, discs: pd.DataFrame, bootstrap: Bootstrap) -> Iterator[Drawing]:
    """Yield what draws the means of the folds' scores."""
    by_run: dict[Run, list[Pairs]] = {}
    for run, pairs in sorted(_run_pairs(folds, discs, {}).get(Scope(), {}).items()):
        by_run.setdefault(replace(run, split=FOLD_MEAN), []).append(pairs)
    yield Scope(), lambda: _over_seeds({run: fold_draws(pairs, bootstrap) for run, pairs in by_run.items()})


def _readings(
    readings: pd.DataFrame, main: raters.Reading, discs: pd.DataFrame, bootstrap: Bootstrap
) -> Iterator[Drawing]:
    """Yield what draws the agreement of raters and the noise ceiling, weighing patients."""
    bootstrap = replace(bootstrap, unit="patient")
    pairs = raters.rater_pairs(readings, main, discs)
    for name, pair in pairs.items():
        yield Scope(), partial(_reader, name, pair, bootstrap)
    if raters.INTRA_RATER in pairs:
        ceiling = partial(raters.noise_ceiling, read=grades_read(discs))
        yield Scope(), partial(_reader, raters.NOISE_CEILING, pairs[raters.INTRA_RATER], bootstrap, ceiling)


def _reader(
    name: str, pair: Pairs, bootstrap: Bootstrap, scored: Callable[[Floats], Floats] = lambda matrix: matrix
) -> Posterior:
    """Draw the scores of a pair of readings, or of what is made of its confusion matrices."""
    return {raters.rater_run(name): score_draws([pair], bootstrap, scored)[0]}


def _reading_comparisons(scope: Scope, posterior: Posterior, bootstrap: Bootstrap) -> Rows:
    """Compare runs with the other reading of the same discs."""
    for reading, other in posterior.items():
        if reading.split == READINGS:
            for run in posterior:
                if run.split != READINGS and run.seed == ALL_SEEDS:
                    yield from comparison_rows(
                        run, scope, posterior[run], other, name=reading.variant, bootstrap=bootstrap
                    )


def _shared(posterior: Posterior) -> list[tuple[list[Run], Draws]]:
    """Group runs by their draws; the other reading of doubly read discs has comparisons only."""
    shared: dict[int, tuple[list[Run], Draws]] = {}
    for run, draws in posterior.items():
        if run.variant in _READERS or run.split != READINGS:
            shared.setdefault(id(draws), ([], draws))[0].append(run)
    return list(shared.values())


def credible_intervals(
    *,
    graded: Path,
    discs: Path,
    ratings: Path,
    intervals: Path,
    comparisons: Path,
    posteriors: Path,
    shown: Path,
    unit: Unit,
    reference: Reference,
    settings: Intervals,
    threads: int = 1,
) -> None:
    """Draw the posterior of every score by Bayesian bootstrap; write its intervals and the paired comparisons.

    Args:
        graded: `graded.parquet`.
        discs: `discs.parquet`.
        ratings: `ratings.parquet`.
        intervals: Destination of the intervals: every run on the hold-out split (test part and external cohort), pooled
            folds (all scopes), mean of the folds (weighing folds), raters and noise ceiling (weighing patients).
        comparisons: Destination of the paired comparisons: between variants, resolutions and shares, and with readings.
        posteriors: Destination of the densities that figure `forest` draws.
        shown: Destination of the narrower intervals that figures show as well, of the scores in `intervals`.
        unit: What is weighed: patient, disc or fold; where there are no folds, fold stands for patient.
        reference: Which reading the others are compared with.
        settings: Probability that an interval holds, in (0, 1); number of draws, and their seed.
        threads: Groups of runs that are drawn side by side; the result is the same.
    """
    bootstrap = Bootstrap(unit, settings.draws, settings.seed, settings.probability)
    known = read_discs(discs)
    main = raters.main_reading(reference)
    readings = raters.read_readings(ratings, known, main)
    folds = _read_graded(graded, pc.field("split") != HOLDOUT)
    drawn = chain(
        _holdout(graded, known, bootstrap),
        _pooled(folds, known, raters.doubly_read(readings, main), bootstrap),
        _fold_means(folds, known, bootstrap),
        _readings(readings, main, known, bootstrap),
    )
    with one_thread():
        jobs = (joblib.delayed(_rows)(scope, draw, bootstrap, settings.inner) for scope, draw in drawn)
        rows, compared, dense, inner = zip(*joblib.Parallel(n_jobs=threads, prefer="threads")(jobs), strict=True)
    records.write(list(chain(*rows)), INTERVALS, intervals)
    records.write(list(chain(*compared)), COMPARISONS, comparisons)
    records.write(list(chain(*dense)), POSTERIORS, posteriors)
    records.write(list(chain(*inner)), INTERVALS, shown)


def _rows(
    scope: Scope, draw: Callable[[], Posterior], bootstrap: Bootstrap, inner: float | None
) -> tuple[list[dict[str, Any]], ...]:
    """Draw, and return the intervals, the comparisons, the posteriors that are drawn, and the narrower intervals."""
    posterior = draw()
    shared = _shared(posterior)
    rows = [row for runs, sample in shared for row in interval_rows(runs, scope, sample, bootstrap)]
    narrower = [replace(bootstrap, probability=inner)] if inner else []
    shown = [row for how in narrower for runs, sample in shared for row in interval_rows(runs, scope, sample, how)]
    compared = list(run_comparisons(posterior, scope, bootstrap)) if scope.scope in ("all", "cohort") else []
    whole = shared if scope.scope == "all" else []
    dense = [row for runs, sample in whole for row in posterior_rows(runs, sample, bootstrap)]
    return rows, [*compared, *_reading_comparisons(scope, posterior, bootstrap)], dense, shown

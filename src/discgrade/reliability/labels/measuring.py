"""Measure how good the labels are, and rank the discs that are worth reading again."""

from collections.abc import Iterator, Sequence
from dataclasses import asdict, replace
from math import nan
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from discgrade import records
from discgrade.grades import integral, rank
from discgrade.records.results.labels import LABEL_NOISE, LABEL_QUALITY
from discgrade.records.results.scores import GRADED
from discgrade.reliability import raters
from discgrade.reliability.certainty.means import drawn
from discgrade.reliability.graded import read_discs, read_splits
from discgrade.reliability.labels.agreement import Found, agreement, model_pairs
from discgrade.reliability.labels.ceiling import RATES, rate_of, simulate
from discgrade.reliability.labels.labelled import Labelled, read_labelled
from discgrade.reliability.labels.patients import shifted_patients
from discgrade.reliability.labels.quality import first_of, quality_rows, write_queue
from discgrade.reliability.labels.rereading import later_readings, rereading
from discgrade.reliability.labels.signs.every import signs
from discgrade.reliability.labels.signs.judging import Sign
from discgrade.reliability.plan import RunPlan
from discgrade.settings.groups.cohort import Reference
from discgrade.settings.model import Intervals
from discgrade.settings.run import ALL_SEEDS, FOLDS

DRAWS = 4000
"""Most draws of an interval here: one table of many groups, of which the third decimal is of no account."""


def measure_labels(
    *,
    predictions: Sequence[Path],
    runs: Sequence[RunPlan],
    reason: str,
    trained: Sequence[str],
    graded: Path,
    discs: Path,
    splits: Path,
    ratings: Path,
    again: Path | None,
    reference: Reference,
    intervals: Intervals,
    noise: Path,
    quality: Path,
    queue: Path,
) -> None:
    """Measure the labels that a rater gave with no model in view; labels of any other origin are left out.

    Args:
        predictions: Prediction tables of one variant in every fold, from every seed, in the order of `runs`.
        runs: These runs.
        reason: Why there are none; empty if there are.
        trained: The variants that are trained, and no mean of others.
        graded: `graded.parquet`.
        discs: `discs.parquet`.
        splits: `splits.parquet`.
        ratings: `ratings.parquet`.
        again: Sheet of re-readings of exported images (`rereading.later_readings`); None: there is none.
        reference: Which reading is the reference.
        intervals: How credible intervals are drawn.
        noise: Destination of the measures, `labels.LABEL_NOISE`.
        quality: Destination of the ranking, `labels.LABEL_QUALITY`.
        queue: Destination of the discs that are to be read again, for the raters' page.
    """
    known = read_discs(discs)
    labelled = None
    if not reason:
        labelled = read_labelled(
            predictions, runs, discs=known, splits=read_splits(splits), ratings=ratings, reference=reference
        ).of_origin()
    if labelled is None or labelled.discs["patient"].nunique() < 2:
        records.write([], LABEL_NOISE, noise)
        records.write([], LABEL_QUALITY, quality)
        write_queue([], discs, queue)
        return
    main = raters.main_reading(reference)
    readings = raters.read_readings(ratings, known, main)
    settings = replace(intervals, draws=min(intervals.draws, DRAWS))
    run = replace(runs[0].run, split=FOLDS, seed=ALL_SEEDS)
    judged = readings.reindex(labelled.discs.index)
    rows = [*_rows(labelled, judged, main, settings)]
    rows += [asdict(one) for one in model_pairs(_graded(graded), trained, labelled.discs, run, settings)]
    later = later_readings(ratings, again, discs, main)
    ranked = list(quality_rows(labelled, later))
    rows += [asdict(one) for one in shifted_patients(labelled, settings.probability)]
    listed = {str(row["disc"]) for row in ranked[: first_of(len(ranked))]}
    rows += [asdict(one) for one in rereading(labelled, later, listed, settings)]
    common = run.wildcards | drawn(settings, labelled.discs["patient"].nunique())
    records.write([_EMPTY | common | row for row in rows], LABEL_NOISE, noise)
    records.write(ranked, LABEL_QUALITY, quality)
    write_queue(ranked, discs, queue)


_EMPTY = {"grade": None, "group": "", "lower": nan, "upper": nan, "p": nan, "detail": None, "reason": None}


def _graded(path: Path) -> pd.DataFrame:
    frame: pd.DataFrame = records.read(path, GRADED).to_pandas()
    return frame


def _rows(
    labelled: Labelled, readings: pd.DataFrame, main: raters.Reading, settings: Intervals
) -> Iterator[dict[str, Any]]:
    """Yield agreement, signs and ceilings as columns of `LABEL_NOISE`."""
    read = readings.dropna(axis=1, how="all")
    yield from (asdict(one) for one in agreement(labelled, read, settings))
    yield from (_sign_row(one) for one in signs(labelled, settings))
    yield from (asdict(one) for one in _ceilings(labelled, readings, main, settings))


def _sign_row(sign: Sign) -> dict[str, Any]:
    row = asdict(sign)
    return {"scope": "sign"} | row


def _ceilings(labelled: Labelled, readings: pd.DataFrame, main: raters.Reading, settings: Intervals) -> Iterator[Found]:
    """Yield simulated ceilings, at assumed rates and at the one that the rater's own re-readings tell."""
    labels = rank(integral(labelled.discs["grade"]), "integral")
    size = len(labels), labelled.discs["patient"].nunique()
    rates = {f"{rate:g}": rate for rate in RATES} | _observed_rate(readings, main)
    for group, rate in rates.items():
        for together in (False, True):
            found = simulate(labels, labelled.owner, rate, together, settings.seed)
            scope = "ceiling_together" if together else "ceiling_apart"
            bounds = found.interval(settings.probability)
            yield Found(scope, group, "kappa_ceiling", found.value, *bounds, *size)


def _observed_rate(readings: pd.DataFrame, main: raters.Reading) -> dict[str, float]:
    again = raters.repeated_reading(readings, main)
    both = readings[[main, again]].dropna() if again else readings.iloc[:0]
    if not len(both):
        return {}
    same = np.mean(integral(both[main]) == integral(both[again]))
    return {"reread": rate_of(float(same))}

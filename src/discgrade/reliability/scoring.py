"""Score every run and pair of readings, over all discs and over groups of them."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa

from discgrade import records
from discgrade.grades import FRACTIONAL, rank
from discgrade.records.results.scores import GRADED, SCORES
from discgrade.reliability import raters
from discgrade.reliability.graded import external_of, grade_run, label_origins, read_discs, read_splits
from discgrade.reliability.out_of_fold import cuts_of_runs
from discgrade.reliability.plan import RunPlan
from discgrade.reliability.scopes import scoped_pairs
from discgrade.reliability.scores.confusion import Floats
from discgrade.reliability.scores.tabulation import Cell, Scope, pooled_folds, score_table
from discgrade.settings.groups.cohort import Reference
from discgrade.settings.run import EXTERNAL


def grades_read(discs: pd.DataFrame) -> Floats:
    """Return how often each fractional grade is the reference of a disc that is not external, (13,)."""
    grades = discs.loc[discs["cohort"] != EXTERNAL, "grade"]
    return np.bincount(rank(grades), minlength=len(FRACTIONAL)).astype(np.float64)


def rater_cells(readings: pd.DataFrame, main: raters.Reading, discs: pd.DataFrame) -> list[Cell]:
    """Return the confusion matrices of the pairs of readings and of the noise ceiling."""
    pairs = raters.rater_pairs(readings, main, discs)
    cells = [Cell(raters.rater_run(name), Scope(), pair.matrix, pair.detail) for name, pair in pairs.items()]
    if raters.INTRA_RATER in pairs:
        intra = pairs[raters.INTRA_RATER]
        ceiling = raters.noise_ceiling(intra.matrix, grades_read(discs))
        cells.append(Cell(raters.rater_run(raters.NOISE_CEILING), Scope(), ceiling, intra.detail))
    return cells


def score_runs(
    *,
    predictions: Sequence[Path],
    external: Sequence[Path],
    runs: Sequence[RunPlan],
    discs: Path,
    splits: Path,
    ratings: Path,
    graded: Path,
    scores: Path,
    reference: Reference,
    labels: Sequence[Path] = (),
) -> None:
    """Decode and check every run's predictions, and score them.

    Args:
        predictions: The runs' prediction tables, in the order of `runs`.
        external: What those on the hold-out split predict for the external cohort, in that order; empty without one.
        runs: The runs, with the scale, decoding rule and protocol of each.
        discs: `discs.parquet`.
        splits: `splits.parquet`.
        ratings: `ratings.parquet`.
        graded: Destination of every scored sample of every run, a row group a run.
        scores: Destination of the scores: each run, all folds pooled (`folds`), the mean of the folds (`fold-mean`),
            the mean of all seeds (-1), and the pairs of readings.
        reference: Which reading the others are compared with.
        labels: The splits' labels of a cohort that a model labels, `pseudo_labels.LABELS`: samples then say who made
            the label that models learn. All are scored against the reference reading.

    Raises:
        ValueError: on predictions of unknown discs, a run without its scored part, grades outside the scale, or folds
            that share a patient; each named.
    """
    known, parts = read_discs(discs), read_splits(splits)
    main = raters.main_reading(reference)
    readings = raters.read_readings(ratings, known, main)
    twice = raters.doubly_read(readings, main)
    cuts = cuts_of_runs(predictions, runs, known, parts)
    outside, origins = external_of(external, runs), label_origins(labels)
    cells: list[Cell] = []
    with records.writer(graded, GRADED) as sink:
        for path, plan in zip(predictions, runs, strict=True):
            outer = outside.get(plan.run)
            frame = grade_run(path, plan, known, parts, cuts.get(plan.run), external=outer, origins=origins)
            sink.write_table(records.conform(pa.Table.from_pandas(frame, preserve_index=False), GRADED, graded))
            for scope, pairs in scoped_pairs(frame, known, twice):
                cells.append(Cell(plan.run, scope, pairs.matrix, pairs.detail))
    cells += pooled_folds(cells)
    cells += rater_cells(readings, main, known)
    records.write(_as_arrow(score_table(cells)), SCORES, scores)


def _as_arrow(rows: pd.DataFrame) -> pa.Table:
    """Convert rows of `scores.SCORES`: a missing grade or reason is null, an undefined value stays NaN."""
    nullable = {field.name for field in SCORES if field.nullable}
    return pa.table({name: pa.array(rows[name], from_pandas=name in nullable) for name in rows.columns})

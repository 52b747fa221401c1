"""Turn confusion matrices of runs and groups of discs into rows of `scores.SCORES`."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import groupby

import numpy as np
import pandas as pd

from discgrade.grades import INTEGRAL
from discgrade.reliability.scores.confusion import Floats
from discgrade.reliability.scores.metrics import why_undefined
from discgrade.reliability.scores.pairs import Detail, all_scores, to_integral
from discgrade.settings.run import ALL_SEEDS, FOLD_MEAN, FOLDS, Run

RUN = ["variant", "resolution", "share", "split", "seed"]
SCOPE = ["scope", "group", "grade", "metric"]
KEY = RUN + SCOPE


@dataclass(frozen=True)
class Scope:
    """What the discs of a score are restricted by (as in `scores.SCORES`), and the value of it."""

    scope: str = "all"
    group: str = ""


@dataclass(frozen=True)
class Cell:
    """One run's confusion matrix (13, 13) over the discs of one scope."""

    run: Run
    scope: Scope
    matrix: Floats
    detail: Detail


def is_fold(split: str) -> bool:
    """Return whether a split is one of the folds."""
    return split.startswith("fold-") and split != FOLD_MEAN


def pooled_folds(cells: Sequence[Cell]) -> list[Cell]:
    """Add up the folds of each variant, seed and scope: the confusion matrix of all out-of-fold predictions."""
    pooled: dict[tuple[Run, Scope], Cell] = {}
    for cell in cells:
        if is_fold(cell.run.split):
            run = replace(cell.run, split=FOLDS)
            known = pooled.get((run, cell.scope))
            matrix = cell.matrix if known is None else known.matrix + cell.matrix
            pooled[run, cell.scope] = Cell(run, cell.scope, matrix, cell.detail)
    return list(pooled.values())


def _keys(cells: Sequence[Cell]) -> pd.DataFrame:
    return pd.DataFrame([cell.run.wildcards | vars(cell.scope) | {"n": round(cell.matrix.sum())} for cell in cells])


def _scored(cells: Sequence[Cell]) -> pd.DataFrame:
    """Score cells of one detail."""
    keys = _keys(cells)
    matrices = np.stack([cell.matrix for cell in cells])
    coarse = to_integral(matrices)
    of_grade = coarse.sum(-1).round().astype(int)
    frames = []
    for (metric, grade), values in all_scores(matrices, cells[0].detail).items():
        reasons = [_reason(matrix, value, metric, grade) for matrix, value in zip(coarse, values, strict=True)]
        frame = keys.assign(grade=np.nan if grade is None else grade, metric=metric, value=values)
        frame = frame.assign(reason=pd.Series(reasons, dtype=object))
        frames.append(frame if grade is None else frame.assign(n=of_grade[:, grade == INTEGRAL]))
    return pd.concat(frames, ignore_index=True)


def _reason(matrix: Floats, value: float, metric: str, grade: float | None) -> str | None:
    return why_undefined(matrix, INTEGRAL, metric, grade) if np.isnan(value) else None


def _mean(rows: pd.DataFrame, samples: str, one: str) -> pd.DataFrame:
    """Average the rows that share a key, NaN if one of them is.

    Args:
        rows: Scores of several folds or trainings, with another split or seed in common.
        samples: What becomes of their n, as pandas calls it.
        one: What a row is of, said before the reason if only some are undefined.
    """
    groups = rows.groupby(KEY, dropna=False, sort=False)
    mean = groups.agg(n=("n", samples), reason=("reason", "first"), defined=("value", "count"))
    reason = mean["reason"].where(mean["defined"] == 0, f"in {one}, " + mean["reason"])
    mean = mean.assign(reason=reason, value=groups["value"].mean(skipna=False))
    return mean.drop(columns="defined").reset_index()


def score_table(cells: Sequence[Cell]) -> pd.DataFrame:
    """Score every cell, the mean of the folds' scores and the mean over seeds.

    Returns:
        Rows of `scores.SCORES`, sorted by key. `fold-mean` averages the folds that hold discs of the scope;
        seed -1 averages all seeds of a run.
    """
    ordered = sorted(cells, key=lambda cell: cell.detail)
    rows = pd.concat([_scored(list(same)) for _, same in groupby(ordered, key=lambda cell: cell.detail)])
    folds = rows[rows["split"].map(is_fold)].assign(split=FOLD_MEAN)
    rows = pd.concat([rows, _mean(folds, "sum", "a fold")] if len(folds) else [rows])
    trained = rows[rows["seed"] != ALL_SEEDS].assign(seed=ALL_SEEDS)
    rows = pd.concat([rows, _mean(trained, "first", "a training")] if len(trained) else [rows])
    return rows.sort_values(KEY, na_position="first", ignore_index=True)

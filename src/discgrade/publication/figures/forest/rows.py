"""The rows of a forest plot: scores with their bounds and posteriors, grouped by split."""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import pandas as pd
import pyarrow.compute as pc

from discgrade import records
from discgrade.publication.wording import PAIRS
from discgrade.records.results.intervals import INTERVALS, POSTERIORS
from discgrade.records.results.scores import SCORES
from discgrade.settings.run import ALL_SEEDS, FOLD_MEAN, FOLDS, READINGS, Run

KAPPA, MAE, _MAE_OF_INTEGRAL = "kappa_linear", "mae", "mae_fractional_reference"
_BOUNDS = ["lower", "upper", "probability", "unit"]
INNER = ["inner_lower", "inner_upper", "inner_probability"]
_KEYS = ["variant", "resolution", "share", "split", "seed", "metric"]

Densities = Mapping[tuple[str, str, str], tuple[Sequence[float], Sequence[float]]]


def read_forest(scores: Path, intervals: Path, shown: Path, run: Run, variants: Sequence[str]) -> pd.DataFrame:
    """Return the drawn scores, grouped by split: readings first, then the run's split, then the folds."""
    of_run = (pc.field("resolution") == run.resolution) & (pc.field("share") == run.share)
    chosen = (of_run | (pc.field("split") == READINGS)) & (pc.field("seed") == ALL_SEEDS)
    chosen &= pc.field("metric").isin([KAPPA, MAE, _MAE_OF_INTEGRAL]) & (pc.field("scope") == "all")
    values: pd.DataFrame = records.read(scores, SCORES, [*_KEYS, "value", "n"], chosen).to_pandas()
    spans: pd.DataFrame = records.read(intervals, INTERVALS, [*_KEYS, *_BOUNDS], chosen).to_pandas()
    narrower = records.read(shown, INTERVALS, [*_KEYS, *_BOUNDS[:3]], chosen).to_pandas()
    narrower = narrower.rename(columns=dict(zip(_BOUNDS[:3], INNER, strict=True)))
    rows = values.merge(spans, on=_KEYS, how="left", validate="one_to_one")
    rows = rows.merge(narrower, on=_KEYS, how="left", validate="one_to_one")
    of_integral = rows.loc[rows["metric"] == _MAE_OF_INTEGRAL, "variant"]
    rows = rows[(rows["metric"] != MAE) | ~rows["variant"].isin(of_integral)]
    splits, names = [READINGS, run.split, FOLDS, FOLD_MEAN], [*PAIRS, *variants]
    rows = rows[rows["split"].isin(splits) & rows["variant"].isin(names)]
    order = rows["split"].map(splits.index) * len(names) + rows["variant"].map(names.index)
    return rows.assign(order=order).sort_values(["order", "metric"])


def read_posteriors(posteriors: Path, run: Run) -> Densities:
    """Return values of each score and the density there, by split, variant and metric."""
    chosen = ((pc.field("resolution") == run.resolution) & (pc.field("share") == run.share)) | (
        pc.field("split") == READINGS
    )
    rows = records.read(posteriors, POSTERIORS, filters=chosen).to_pylist()
    return {(row["split"], row["variant"], row["metric"]): (row["scores"], row["density"]) for row in rows}


def layout(rows: pd.DataFrame) -> Iterator[tuple[int, str, str | None]]:
    """Yield line, split and variant of every row, and before each split a line of its own."""
    line = 0
    for split, group in rows.groupby("split", sort=False):
        yield line, str(split), None
        for variant in group["variant"].unique():
            line += 1
            yield line, str(split), str(variant)
        line += 1


def lines(rows: pd.DataFrame) -> int:
    """Return how many lines rows take, those before each split included."""
    return sum(1 for _ in layout(rows))

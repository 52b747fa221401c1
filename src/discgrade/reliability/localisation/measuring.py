"""Scores of found boxes with credible intervals: over all discs, by level, by grade, by manufacturer."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from discgrade import records
from discgrade.grades import rank
from discgrade.records.cohort.boxes import BOXES, LOCALISATION, REGRADED
from discgrade.records.cohort.discs import DISCS
from discgrade.reliability.bootstrap.draws import Bootstrap, score_draws
from discgrade.reliability.bootstrap.summaries import difference, highest_density
from discgrade.reliability.bootstrap.weights import one_thread, unit_weights
from discgrade.reliability.certainty.means import Measure, drawn, mean_rows
from discgrade.reliability.localisation.metrics import KAPPAS, QUANTILES
from discgrade.reliability.localisation.threshold import SURE, WITHIN_MM
from discgrade.reliability.scores.pairs import Pairs, detail_of
from discgrade.settings.model import Intervals, Scale
from discgrade.settings.run import Run

Floats = NDArray[np.float64]
Group = tuple[str, str]
_ALL: Group = ("all", "")


def measure_localisation(
    *,
    boxes: Path,
    discs: Path,
    regraded: Path | None,
    scale: Scale,
    headers: bool,
    run: Run,
    settings: Intervals,
    destination: Path,
) -> None:
    """Write what the found boxes of all discs are worth.

    Args:
        boxes: `boxes.BOXES`.
        discs: The cohort's discs.
        regraded: `boxes.REGRADED`; None where no variant is trained in the folds.
        scale: Scale of the regraded variant.
        headers: Whether the headers of the scans tell the truth; without, discs are not grouped by manufacturer.
        run: The locator's run: its name, input and seed.
        settings: How intervals are drawn.
        destination: Table to write, in the columns of `boxes.LOCALISATION`.
    """
    known = records.read(discs, DISCS, ["disc", "grade", "integral", "manufacturer"]).to_pandas()
    table = records.read(boxes, BOXES).to_pandas().merge(known, on="disc", validate="one_to_one")
    if not headers:
        table["manufacturer"] = None
    rows = [*_means(table, settings), *_quantiles(table, settings)]
    if regraded is not None:
        grades = records.read(regraded, REGRADED).to_pandas().drop(columns="split")
        rows += _kappas(table.merge(grades, on="disc", validate="one_to_one"), scale, settings)
    records.write([run.wildcards | row for row in rows], LOCALISATION, destination)


def groups_of(table: pd.DataFrame) -> Iterator[tuple[Group, NDArray[np.bool_]]]:
    """Yield each group of discs: all, then by level, integral grade and manufacturer."""
    yield _ALL, np.ones(len(table), bool)
    for scope in ("level", "integral", "manufacturer"):
        for value in sorted(table[scope].dropna().unique()):
            name = f"{value:g}" if scope == "integral" else str(value)
            yield (scope if scope != "integral" else "grade", name), (table[scope] == value).to_numpy()


def detected(table: pd.DataFrame) -> NDArray[np.bool_]:
    """Return which discs have a proposed box near their drawn centre, whatever level it is said to be."""
    return np.asarray(table["seen_distance"].to_numpy(np.float64) <= WITHIN_MM)


def flagged(table: pd.DataFrame) -> NDArray[np.bool_]:
    """Return which boxes are marked for review: less than sure, or with a word on their slice or place."""
    return np.asarray((table["probability"] < SURE) | (table["flags"] != ""))


def _means(table: pd.DataFrame, settings: Intervals) -> Iterator[dict[str, Any]]:
    """Yield the shares of discs found, found at their level, of boxes on no disc, or to be reviewed; mean overlaps."""
    found, proposed = detected(table), table["proposed"].to_numpy(bool)
    named = (table["seen_as"] == table["level"]).to_numpy()
    false = table["box_distance"].to_numpy(np.float64) > WITHIN_MM
    of_discs = {
        "detected": (found, np.ones(len(table), bool)),
        "level_right": (named, found),
        "false": (false, proposed),
        "flagged": (flagged(table), proposed),
        "overlap": (table["overlap"].to_numpy(), proposed),
    }
    measures = [
        Measure(metric, np.nan_to_num(values.astype(float)), (among & chosen).astype(float), *group)
        for group, chosen in groups_of(table)
        for metric, (values, among) in of_discs.items()
    ]
    yield from mean_rows(measures, table["patient"].to_numpy(object), settings)


def _quantiles(table: pd.DataFrame, settings: Intervals) -> Iterator[dict[str, Any]]:
    """Yield quantiles of the distance of the centres, of proposed boxes of the right level."""
    right = detected(table) & (table["seen_as"] == table["level"]).to_numpy()
    names, owner = np.unique(table["patient"].to_numpy(object).astype(str), return_inverse=True)
    for (scope, group), chosen in groups_of(table):
        rows = np.flatnonzero(chosen & right)
        values = table["distance"].to_numpy(np.float64)[rows]
        bounds = _quantile_bounds(values, owner[rows], len(names), settings) if len(rows) else {}
        for metric, share in QUANTILES.items():
            lower, upper = bounds.get(metric, (np.nan, np.nan))
            yield {
                **{"scope": scope, "group": group, "grade": None, "metric": metric},
                **{"value": weighted_quantile(values, np.ones((1, len(values))), share)[0] if len(rows) else np.nan},
                **{"n": len(rows), "patients": len(set(owner[rows]))},
                **{"reason": None if len(rows) else "no such disc", "lower": lower, "upper": upper},
                **drawn(settings, len(names)),
            }


def weighted_quantile(values: Floats, weights: Floats, share: float) -> Floats:
    """Return the smallest of (N,) values up to which this share of the weight lies, for each of (D, N) weights."""
    order = np.argsort(values, kind="stable")
    total = np.cumsum(weights[:, order], axis=1)
    place = (total < share * total[:, -1:] * (1 - 1e-12)).sum(axis=1)
    return np.asarray(values[order][np.minimum(place, len(values) - 1)])


def _quantile_bounds(
    values: Floats, owner: NDArray[np.int64], patients: int, settings: Intervals
) -> dict[str, tuple[float, float]]:
    found: dict[str, list[Floats]] = {metric: [] for metric in QUANTILES}
    with one_thread():
        for weights in unit_weights(patients, None, settings.draws, settings.seed):
            of_discs = weights[:, owner]
            for metric, share in QUANTILES.items():
                found[metric].append(weighted_quantile(values, of_discs, share))
    columns = np.column_stack([np.concatenate(parts) for parts in found.values()])
    bounds = highest_density(columns, settings.probability)
    return {metric: (float(low), float(high)) for metric, (low, high) in zip(found, bounds, strict=True)}


def _kappas(table: pd.DataFrame, scale: Scale, settings: Intervals) -> Iterator[dict[str, Any]]:
    """Yield linear kappa by drawn and by found regions, and what is lost, each of the same discs: paired draws."""
    detail = detail_of(table["grade"].to_numpy(), scale)
    reference = rank(table["grade"].to_numpy())
    sides = table["disc"].to_numpy(object), table["patient"].to_numpy(object)
    pairs = [Pairs(reference, rank(table[name].to_numpy()), *sides, detail) for name in ("drawn", "found")]
    bootstrap = Bootstrap("patient", settings.draws, settings.seed, settings.probability)
    for (scope, group), chosen in groups_of(table):
        if scope == "grade" or not chosen.any():
            continue
        both = score_draws([one.subset(chosen) for one in pairs], bootstrap)
        column = both[0].columns.index(("kappa_linear", None))
        values = [one.values[:, column] for one in both]
        observed = [float(one.observed[column]) for one in both]
        draws = np.column_stack([*values, difference(values[0].copy(), values[1])])
        bounds = _finite_bounds(draws, settings.probability)
        of_all = [*observed, observed[0] - observed[1]]
        for metric, value, (lower, upper) in zip(KAPPAS, of_all, bounds, strict=True):
            yield {
                **{"scope": scope, "group": group, "grade": None, "metric": metric, "value": value},
                **{"n": int(chosen.sum()), "patients": int(table.loc[chosen, "patient"].nunique())},
                **{"reason": None if np.isfinite(value) else "all discs have one grade"},
                **{"lower": float(lower), "upper": float(upper)},
                **drawn(settings, int(table.loc[chosen, "patient"].nunique())),
            }


def _finite_bounds(draws: Floats, probability: float) -> Sequence[Sequence[float]]:
    """Return the bounds of each column; NaN where a draw is undefined."""
    bounds = np.full((draws.shape[1], 2), np.nan)
    defined = np.isfinite(draws).all(axis=0)
    if defined.any():
        bounds[defined] = highest_density(draws[:, defined], probability)
    return bounds.tolist()

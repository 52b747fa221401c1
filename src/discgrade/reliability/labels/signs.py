"""Signs of noise in readings, each with a null by permutation: a drift, a careless day, swapped rows, a shared shift.

All look at residuals: the grade that was read, minus what the models that had not learned the disc make of it. A sign
is what the order or the grouping of the residuals tells; how large they are says as much of the model as of the rater.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from itertools import pairwise
from math import nan

import numpy as np
import pandas as pd

from discgrade import keyed
from discgrade.grades import LEVELS
from discgrade.reliability.confusion import Floats
from discgrade.reliability.credible import highest_density, one_thread, unit_weights
from discgrade.reliability.labels.labelled import Integers, Labelled, codes
from discgrade.settings.model import Intervals

PERMUTATIONS = 2000
FEWEST = 20
"""Fewest discs of a day for it to be judged."""
_GAIN = 0.5
"""By how many squared grades a pair should fit better exchanged."""
_STRONG = 0.2
"""Least correlation of what is expected of a disc and of its patient's others for these to be the instrument."""
_NO_DAYS = "The sheet does not say when discs were read."
_ONE_DAY = "All discs were read on one day."
_FEW_DAYS = f"No two days have {FEWEST} discs each."
_BELOW = dict(pairwise(LEVELS))


@dataclass(frozen=True)
class Sign:
    """What a sign is worth.

    Attributes:
        metric: shared, drift, careless or swapped.
        value: Its size; NaN where there is none.
        p: Share of permutations with as large a size, the observed one counted; NaN where there is none.
        n: Number of discs, of swapped that of pairs.
        patients: Number of patients.
        lower: Lower bound of its interval, of shared and drift; NaN for the others.
        upper: Upper bound of it.
        detail: The day of a careless one.
        reason: Why there is none.
    """

    metric: str
    value: float
    p: float
    n: int
    patients: int
    lower: float = nan
    upper: float = nan
    detail: str | None = None
    reason: str | None = None


def residuals(labelled: Labelled) -> tuple[Floats, Floats]:
    """Return residual and fitted grade of each disc, (N,) both.

    Fitted is a + b e, e the grade that the models expect and a one constant for each level and cohort. Both grades and
    e err about the truth, so least squares would leave some of the truth in the residual, and with it all that the
    discs of a patient have in common. b is therefore that of instrumental variables: cov(g, z) / cov(e, z), z being
    what the models expect of the patient's other discs, which no error of this disc's reading or network moves.
    Where z tells too little of e, b is that of least squares.
    """
    discs = labelled.discs
    grades, expected = (discs[name].to_numpy(float) for name in ("grade", "expected"))
    design = np.column_stack([_indicators(codes(discs[name])) for name in ("level", "cohort")])
    others = _of_others(expected, labelled.owner)
    sides = np.column_stack([grades, expected, others])
    grade, own, other = (sides - design @ np.linalg.lstsq(design, sides, rcond=None)[0]).T
    strength = own @ other / max(np.sqrt((own @ own) * (other @ other)), 1e-12)
    instrument = other if strength > _STRONG else own
    variance = own @ instrument
    residual = grade - (grade @ instrument / variance if variance > 0 else 0.0) * own
    return residual, grades - residual


def _indicators(numbers: Integers) -> Floats:
    """Return which of the numbers each disc has, (N, K)."""
    return np.asarray((numbers[:, None] == np.arange(numbers.max(initial=0) + 1)).astype(float))


def _of_others(values: Floats, owner: Integers) -> Floats:
    """Return the mean over the other discs of a disc's patient, (N,); over all discs where there are none."""
    counts, sums = np.bincount(owner)[owner], np.bincount(owner, values)[owner]
    return np.asarray(np.where(counts > 1, (sums - values) / np.maximum(counts - 1, 1), values.mean()))


def signs(labelled: Labelled, settings: Intervals) -> list[Sign]:
    """Return every sign.

    Args:
        labelled: Discs whose labels are judged.
        settings: How intervals are drawn, patients weighed; their seed is that of the permutations too.
    """
    residual, fitted = residuals(labelled)
    return [
        _shared(labelled, residual, settings),
        _drift(labelled, residual, settings),
        _careless(labelled, residual, settings.seed),
        _swapped(labelled, residual, fitted, settings.seed),
    ]


def intraclass(residual: Floats, owner: Integers, weights: Floats | None = None) -> Floats:
    """Return the intraclass correlation of residuals: their covariance within patients over their variance.

    Every pair of a patient's discs counts alike (Fisher 1925).

    Args:
        residual: (..., N).
        owner: Number of each disc's patient, (N,).
        weights: Of the patients, (..., P); 1 by default.

    Returns:
        Shape (...), from -1 to 1.
    """
    counts = np.bincount(owner).astype(float)
    member = (owner[:, None] == np.arange(len(counts))).astype(float)
    sums, squares = residual @ member, residual**2 @ member
    weights = np.ones_like(counts) if weights is None else weights
    mean = (sums * weights).sum(-1) / (counts * weights).sum(-1)
    mean = np.asarray(mean)[..., None]
    variance = ((squares - 2 * mean * sums + mean**2 * counts) * weights).sum(-1) / (counts * weights).sum(-1)
    pairs = counts * (counts - 1)
    products = sums**2 - squares - 2 * mean * sums * (counts - 1) + mean**2 * pairs
    return np.asarray((products * weights).sum(-1) / (pairs * weights).sum(-1) / variance)


def _shared(labelled: Labelled, residual: Floats, settings: Intervals) -> Sign:
    owner = labelled.owner
    size = len(residual), len(set(owner))
    if size[0] == size[1]:
        return Sign("shared", nan, nan, *size, reason="No patient has two discs.")
    shuffled = _within(residual, codes(labelled.discs["level"]), "shared", settings.seed)
    found = _judged("shared", float(intraclass(residual, owner)), intraclass(shuffled, owner), size)
    return _bounded(found, lambda weights: intraclass(residual, owner, weights), settings)


def _bounded(sign: Sign, drawn: Callable[[Floats], Floats], settings: Intervals) -> Sign:
    """Give a sign its interval, by a Bayesian bootstrap over patients."""
    with one_thread():
        draws = [drawn(weights) for weights in unit_weights(sign.patients, None, settings.draws, settings.seed)]
    lower, upper = highest_density(np.concatenate(draws)[:, None], settings.probability)[0]
    return replace(sign, lower=float(lower), upper=float(upper))


def _within(residual: Floats, groups: Integers, purpose: str, seed: int) -> Floats:
    """Return permutations of residuals within groups of discs, (PERMUTATIONS, N)."""
    generator = keyed.generator("label noise", purpose, seed)
    shuffled = np.tile(residual, (PERMUTATIONS, 1))
    for group in range(groups.max(initial=0) + 1):
        chosen = np.flatnonzero(groups == group)
        shuffled[:, chosen] = generator.permuted(shuffled[:, chosen], axis=1)
    return shuffled


def _judged(
    metric: str,
    value: float,
    null: Floats,
    size: tuple[int, int],
    *,
    detail: str | None = None,
    shown: float | None = None,
) -> Sign:
    """Judge a sign by how many permutations are as large, itself counted; `shown` is given as its size instead."""
    p = (1 + int((null >= value - 1e-12).sum())) / (1 + len(null))
    return Sign(metric, value if shown is None else shown, p, *size, detail=detail)


def _drift(labelled: Labelled, residual: Floats, settings: Intervals) -> Sign:
    """Judge the slope of the residual along the reading order, whole patients permuted within their cohort."""
    patients = _dated(labelled, residual)
    size = int(patients["discs"].sum()), len(patients)
    if patients["place"].nunique() < 2:
        return Sign("drift", nan, nan, *size, reason=_NO_DAYS if patients.empty else _ONE_DAY)
    cohorts = codes(patients["cohort"])
    sums, counts, place = (patients[name].to_numpy(float) for name in ("sum", "discs", "place"))
    shuffled = _centred(_within(place, cohorts, "drift", settings.seed), cohorts)
    place = _centred(place, cohorts)
    found, null = float(slope(sums, counts, place)), slope(sums, counts, shuffled)
    sign = _judged("drift", abs(found), np.abs(null), size, shown=found)
    return _bounded(sign, lambda weights: slope(sums * weights, counts * weights, place), settings)


def _dated(labelled: Labelled, residual: Floats) -> pd.DataFrame:
    """Return the patients whose discs have a day: day of the first, place in the reading order, discs and residuals.

    The place is from 0, the first reading, to 1, the last; `sum` and `squares` are of the residuals.
    """
    rows = labelled.discs.assign(residual=residual, squares=residual**2)
    rows = rows[rows["day"].notna()]
    rows = rows.assign(place=(rows["day"].rank(method="average") - 1) / max(1, len(rows) - 1))
    return rows.groupby("patient").agg(
        day=("day", "min"),
        place=("place", "mean"),
        cohort=("cohort", "first"),
        discs=("residual", "size"),
        sum=("residual", "sum"),
        squares=("squares", "sum"),
    )


def _centred(places: Floats, cohorts: Integers) -> Floats:
    """Take from each place the mean of its cohort's, (..., P)."""
    member = (cohorts[:, None] == np.arange(cohorts.max(initial=0) + 1)).astype(float)
    return np.asarray(places - ((places @ member) / member.sum(0)) @ member.T)


def slope(sums: Floats, counts: Floats, places: Floats) -> Floats:
    """Return the least-squares slope of residuals over places, of the leading shape (...).

    Args:
        sums: Sum of the residuals of each patient, (..., P).
        counts: Number of them, (..., P).
        places: Place of each patient, (..., P).
    """
    total = counts.sum(-1, keepdims=True)
    apart = places - (places * counts).sum(-1, keepdims=True) / total
    # Weighted residuals need not sum to 0.
    centred = sums - counts * (sums.sum(-1, keepdims=True) / total)
    return np.asarray((apart * centred).sum(-1) / (apart**2 * counts).sum(-1))


def _careless(labelled: Labelled, residual: Floats, seed: int) -> Sign:
    """Judge the day with the largest residuals, whole patients permuted over the days of their cohort."""
    patients = _dated(labelled, residual)
    days = codes(patients["day"].astype(str))
    enough = np.bincount(days, patients["discs"]) >= FEWEST if len(patients) else np.zeros(0, bool)
    size = int(patients["discs"].sum()), len(patients)
    if enough.sum() < 2:
        return Sign("careless", nan, nan, *size, reason=_NO_DAYS if patients.empty else _FEW_DAYS)
    counts, squares = (patients[name].to_numpy(float) for name in ("discs", "squares"))
    shuffled = _within(np.arange(len(patients), dtype=float), codes(patients["cohort"]), "careless", seed).astype(int)
    ratios = day_ratios(squares, counts, days[None])[0]
    null = day_ratios(squares, counts, days[shuffled])
    worst = int(np.where(enough, ratios, -np.inf).argmax())
    day = patients["day"].to_numpy()[days == worst][0]
    return _judged("careless", float(ratios[worst]), null[:, enough].max(1), size, detail=f"{day:g}")


def day_ratios(squares: Floats, counts: Floats, days: Integers) -> Floats:
    """Return the mean squared residual of each day as a multiple of that of all other days, (..., D).

    Args:
        squares: Sum of the squared residuals of each patient, (P,).
        counts: Number of them, (P,).
        days: Number of each patient's day, (..., P).
    """
    member = (days[..., None] == np.arange(days.max() + 1)).astype(float)
    of_day = [np.einsum("p,...pd->...d", column, member) for column in (squares, counts)]
    others = [column.sum() - within for column, within in zip((squares, counts), of_day, strict=True)]
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.asarray((of_day[0] / of_day[1]) / (others[0] / others[1]))


def _swapped(labelled: Labelled, residual: Floats, fitted: Floats, seed: int) -> Sign:
    """Judge how many neighbouring discs of a patient fit better with their grades exchanged.

    The gain of exchanging the grades g of two discs with fitted grades f is -2 (g1 - g2) (f1 - f2) squared grades. In
    the null, residuals are permuted among the discs of a level, which parts the two of an exchanged pair.
    """
    first, second = neighbours(labelled.discs)
    size = len(first), len(set(labelled.discs["patient"].to_numpy()[first]))
    if not len(first):
        return Sign("swapped", nan, nan, *size, reason="No patient has two neighbouring discs.")
    shuffled = _within(residual, codes(labelled.discs["level"]), "swapped", seed)
    found = exchanged(fitted + residual, fitted, first, second)
    null = exchanged(fitted + shuffled, fitted, first, second)
    return _judged("swapped", float(found), null, size, shown=float(found - null.mean()))


def neighbours(discs: pd.DataFrame) -> tuple[Integers, Integers]:
    """Return the numbers of the upper and the lower disc of every pair of neighbouring levels."""
    places = {
        (patient, level): number
        for number, (patient, level) in enumerate(zip(discs["patient"], discs["level"], strict=True))
    }
    pairs = [
        (number, places[patient, below])
        for (patient, level), number in places.items()
        if (below := _BELOW.get(level)) and (patient, below) in places
    ]
    array = np.array(pairs, np.int64).reshape(-1, 2)
    return array[:, 0], array[:, 1]


def exchanged(grades: Floats, fitted: Floats, first: Integers, second: Integers) -> Floats:
    """Return the share of pairs that fit better exchanged, of shape (...), for grades (..., N)."""
    gain = -2 * (grades[..., first] - grades[..., second]) * (fitted[first] - fitted[second])
    return np.asarray((gain >= _GAIN).mean(-1))

"""A drift along the reading order, and a day that was read carelessly."""

from math import nan

import numpy as np
import pandas as pd

from discgrade.reliability.labels.labelled import Integers, Labelled, codes
from discgrade.reliability.labels.signs.judging import Sign, bounded, judged, permuted_within
from discgrade.reliability.scores.confusion import Floats
from discgrade.settings.model import Intervals

FEWEST = 20
"""Fewest discs of a day for it to be judged."""
_NO_DAYS = "The sheet does not say when discs were read."
_ONE_DAY = "All discs were read on one day."
_FEW_DAYS = f"No two days have {FEWEST} discs each."


def drift(labelled: Labelled, residual: Floats, settings: Intervals) -> Sign:
    """Judge the slope of the residual along the reading order, whole patients permuted within their cohort."""
    patients = _dated(labelled, residual)
    size = int(patients["discs"].sum()), len(patients)
    if patients["place"].nunique() < 2:
        return Sign("drift", nan, nan, *size, reason=_NO_DAYS if patients.empty else _ONE_DAY)
    cohorts = codes(patients["cohort"])
    sums, counts, place = (patients[name].to_numpy(float) for name in ("sum", "discs", "place"))
    shuffled = _centred(permuted_within(place, cohorts, "drift", settings.seed), cohorts)
    place = _centred(place, cohorts)
    found, null = float(slope(sums, counts, place)), slope(sums, counts, shuffled)
    sign = judged("drift", abs(found), np.abs(null), size, shown=found)
    return bounded(sign, lambda weights: slope(sums * weights, counts * weights, place), settings)


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


def careless(labelled: Labelled, residual: Floats, seed: int) -> Sign:
    """Judge the day with the largest residuals, whole patients permuted over the days of their cohort."""
    patients = _dated(labelled, residual)
    days = codes(patients["day"].astype(str))
    enough = np.bincount(days, patients["discs"]) >= FEWEST if len(patients) else np.zeros(0, bool)
    size = int(patients["discs"].sum()), len(patients)
    if enough.sum() < 2:
        return Sign("careless", nan, nan, *size, reason=_NO_DAYS if patients.empty else _FEW_DAYS)
    counts, squares = (patients[name].to_numpy(float) for name in ("discs", "squares"))
    shuffled = permuted_within(
        np.arange(len(patients), dtype=float), codes(patients["cohort"]), "careless", seed
    ).astype(int)
    ratios = day_ratios(squares, counts, days[None])[0]
    null = day_ratios(squares, counts, days[shuffled])
    worst = int(np.where(enough, ratios, -np.inf).argmax())
    day = patients["day"].to_numpy()[days == worst][0]
    return judged("careless", float(ratios[worst]), null[:, enough].max(1), size, detail=f"{day:g}")


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

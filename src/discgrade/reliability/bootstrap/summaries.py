"""Posteriors in numbers: means, differences, highest-density intervals and densities."""

import warnings
from types import ModuleType

import numpy as np

from discgrade.reliability.scores.confusion import Floats

SAME = 1e-9
"""What scores must differ by to differ at all: less is the rounding of sums."""


def posterior_mean(values: Floats) -> Floats:
    """Return the mean of the draws (draws, scores) of each score; that of a constant one is the constant."""
    return np.asarray(np.where(np.ptp(values, axis=0) == 0, values[0], values.mean(axis=0)))


def difference(one: Floats, other: Floats) -> Floats:
    """Return how far scores are above others, draw by draw; 0 where they differ by rounding alone."""
    apart = one - other
    apart[np.abs(apart) < SAME] = 0.0
    return apart


def larger(apart: Floats) -> Floats:
    """Return the share of draws (draws, scores) in which a difference is positive, a tie counting half; NaN as such."""
    share = (apart > 0).mean(axis=0) + (apart == 0).mean(axis=0) / 2
    return np.where(np.isnan(apart).any(axis=0), np.nan, share)


def highest_density(values: Floats, probability: float) -> Floats:
    """Return the shortest interval that holds the probability, for each score.

    Args:
        values: Draws, (draws, scores).
        probability: In (0, 1).

    Returns:
        Lower and upper bound, (scores, 2); both the same for a constant score, NaN for one with NaN among its draws.
    """
    spread = np.ptp(values, axis=0)
    bounds = np.where(spread == 0, values[0], np.nan).repeat(2).reshape(-1, 2)
    inside = int(np.floor(probability * len(values)))
    for index in np.flatnonzero(spread > 0):
        ordered = np.sort(values[:, index])
        shortest = int((ordered[inside:] - ordered[: len(ordered) - inside]).argmin())
        bounds[index] = ordered[shortest], ordered[shortest + inside]
    return bounds


def density(values: Floats, points: int = 101) -> tuple[Floats, Floats] | None:
    """Return values of a score and the density of its draws (draws,) there, smoothed; None where there is none.

    A constant score has no density, and one that is undefined in a draw has none that could be told.
    """
    if not np.isfinite(values).all() or np.ptp(values) == 0:
        return None
    scores, dense = _arviz().kde(values)
    chosen = np.linspace(scores[0], scores[-1], points)
    return chosen, np.interp(chosen, scores, dense)


def _arviz() -> ModuleType:
    """Import arviz, which takes seconds and reads a file of settings of the home folder; none of them counts here."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", FutureWarning)
        try:
            import arviz  # noqa: PLC0415
        except (KeyError, ValueError) as error:
            raise ValueError(
                f"arviz refuses its file of settings: {error}. Remove or mend that file, arvizrc"
            ) from None
    return arviz

"""How two raters grade the phantom's discs, as consistent with themselves and each other as those of the paper.

A rater perceives a disc's hidden degeneration with an error and cuts the scale at own borders. Constants were fitted to
Niemeyer et al. 2021: between two readings of rater 1 74 % exact agreement on 13 grades, linear kappa .852, MAE .141,
integral kappa .867; between the raters 38 %, .541, .350 and .585, for the mixtures of grades that the paper's integer
confusion matrices imply (Tables 2 and 3).
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from discgrade.grades import FRACTIONAL, INTEGRAL, integral

Floats = NDArray[np.float64]

# Integral grades 1 to 5 of rater 1's first reading (Fig. 1) and of the discs that were read again (Tables 2 and 3).
COUNTS = {"primary": (61, 1067, 2953, 1783, 315), "supplemental": (293, 490, 401, 364, 221)}
REREAD_MIXTURE = (28, 92, 332, 340, 48)
SECOND_RATER_MIXTURE = (1, 3, 30, 51, 11)
# How often each of the 13 grades was given in both cohorts' training part (from the printed class weights).
USE = np.array([231, 90, 72, 929, 414, 470, 1735, 792, 264, 1582, 95, 86, 393])
GRADED = {"primary": 6179 / (5 * 1238), "supplemental": 1769 / (5 * 361)}
"""Share of the discs that were graded at all."""

HESITATION = 0.36
"""Share of the discs over which a rater hesitates."""
SURE_ERROR, HESITANT_ERROR, SECOND_RATER_ERROR = 0.009, 0.277, 0.253
"""Deviation of what is perceived, in grade units."""
PLAIN = 0.27
"""Probability that rater 1, reading again, rounds a transitional grade to the plain one."""
SECOND_RATER_BORDERS = np.array([1.32, 1.40, 1.65, 2.41, 2.49, 2.76, 3.54, 3.62, 3.97, 5.01, 5.11, 5.35])
"""Where rater 2 cuts the scale: later than rater 1 from grade 3 on, so that many a 4 becomes a 3."""


def quotas(total: int, counts: Sequence[float] | NDArray[np.float64]) -> NDArray[np.int64]:
    """Share out a total in proportion to counts, by largest remainders."""
    exact = total * np.asarray(counts, float) / np.sum(counts)
    shares = np.floor(exact).astype(np.int64)
    largest = np.argsort(shares - exact, kind="stable")[: total - shares.sum()]
    shares[largest] += 1
    return shares


def grade_quotas(discs: int, cohort: str) -> NDArray[np.int64]:
    """Return how many discs get each of the 13 grades; their integral sums are the cohort's own quotas."""
    result = np.zeros(len(FRACTIONAL), np.int64)
    for grade, quota in zip(INTEGRAL, quotas(discs, COUNTS[cohort]), strict=True):
        members = integral(FRACTIONAL) == grade
        result[members] = quotas(int(quota), USE[members])
    return result


def graded(discs: int, cohort: str) -> int:
    """Return how many of so many discs are graded."""
    return round(discs * GRADED[cohort])


def perceived(degeneration: Floats, hesitant: NDArray[np.bool_], errors: Floats) -> Floats:
    """Return what rater 1 perceives.

    Args:
        degeneration: Hidden degeneration, grade units, shape (discs,).
        hesitant: Discs over which raters hesitate.
        errors: Standard normal draws of this reading.
    """
    perception: Floats = degeneration + np.where(hesitant, HESITANT_ERROR, SURE_ERROR) * errors
    return perception


def first_reading(perception: Floats, cohort: str) -> Floats:
    """Grade all discs of a cohort: the least degenerated ones get grade 1.0, and so on, as many as the quotas say."""
    grades = np.empty(len(perception))
    grades[np.argsort(perception, kind="stable")] = np.repeat(FRACTIONAL, grade_quotas(len(perception), cohort))
    return grades


def borders(perception: Floats, grades: Floats) -> Floats:
    """Return the 12 borders between the 13 grades of a reading, midway between the discs on both sides."""
    ordered = np.concatenate([[-np.inf], np.sort(perception), [np.inf]])
    below = np.searchsorted(np.sort(grades), FRACTIONAL[:-1], side="right")
    middles: Floats = (ordered[below] + ordered[below + 1]) / 2
    return middles


def second_reading(perception: Floats, limits: Floats, plain: NDArray[np.bool_]) -> Floats:
    """Grade discs again with the borders of the first reading, some of them rounded to plain grades."""
    grades = cut(perception, limits)
    return np.where(plain, integral(grades), grades)


def other_reading(degeneration: Floats, errors: Floats) -> Floats:
    """Grade discs as rater 2 does.

    Args:
        degeneration: Hidden degeneration, grade units, shape (discs,).
        errors: Standard normal draws.
    """
    return cut(degeneration + SECOND_RATER_ERROR * errors, SECOND_RATER_BORDERS)


def cut(perception: Floats, limits: Floats) -> Floats:
    """Return the fractional grades of perceived values between 12 ascending borders."""
    return FRACTIONAL[np.searchsorted(limits, perception)]


def choose(grades: Floats, number: int, mixture: Sequence[int], order: Floats) -> NDArray[np.int64]:
    """Choose discs whose integral grades mix as given, as far as there are enough of each.

    Args:
        grades: Grade of each disc.
        number: How many to choose, at most all.
        mixture: Relative numbers of the integral grades 1 to 5.
        order: Random number of each disc, from 0 to 1; the lowest are chosen, so a larger choice holds the smaller one.

    Returns:
        Positions of the chosen discs, ascending.
    """
    ranks = order + 1
    for grade, quota in zip(INTEGRAL, quotas(number, mixture), strict=True):
        members = np.flatnonzero(integral(grades) == grade)
        wanted = members[np.argsort(order[members], kind="stable")[:quota]]
        ranks[wanted] -= 1
    return np.sort(np.argsort(ranks, kind="stable")[:number])

"""How the outputs of a run become grades."""

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

from discgrade.grades import grades_of, nearest
from discgrade.settings.model import Decoding, Scale

Floats = NDArray[np.float64]


def _argmax(probabilities: Floats, grades: Floats) -> Floats:
    return np.asarray(grades[probabilities.argmax(axis=1)])


def _median(probabilities: Floats, grades: Floats) -> Floats:
    cumulated = probabilities.cumsum(axis=1)
    return np.asarray(grades[(cumulated >= cumulated[:, -1:] / 2).argmax(axis=1)])


def _mean(probabilities: Floats, grades: Floats) -> Floats:
    return nearest(probabilities @ grades / probabilities.sum(axis=1), grades)


_RULES: dict[Decoding, Callable[[Floats, Floats], Floats]] = {"argmax": _argmax, "median": _median, "mean": _mean}


def exceedances(probabilities: ArrayLike) -> Floats:
    """Return the probability of a grade above each but the highest, (n, K - 1), from those of each grade, (n, K)."""
    tails = np.asarray(probabilities, np.float64)[:, ::-1].cumsum(axis=1)[:, ::-1]
    return np.asarray(tails[:, 1:] / tails[:, :1])


def _by_cuts(probabilities: Floats, grades: Floats, cuts: Sequence[float] | None) -> Floats:
    if cuts is None or len(cuts) != len(grades) - 1:
        raise ValueError(f"Decoding by cuts needs {len(grades) - 1} cuts. Received: {cuts}")
    return np.asarray(grades[(exceedances(probabilities) > np.asarray(cuts)).sum(axis=1)])


def decode(outputs: ArrayLike, scale: Scale, rule: Decoding = "argmax", cuts: Sequence[float] | None = None) -> Floats:
    """Turn the outputs of a run into grades of its scale.

    Args:
        outputs: Of shape (n, grades of the scale): probability of each grade; of shape (n, 1) or (n,) on the
            continuous scale: a grade, rounded to the nearest fractional one whatever the rule.
        scale: Scale that the run predicts on.
        rule: `argmax`, the most probable grade (the lower one of a tie); `median`, the first grade at which the
            cumulated probability reaches one half; `mean`, the grade nearest to the expected one; `cuts`, as many
            grades above the lowest as there are k with a probability of a grade above k over its cut.
        cuts: For `cuts`: one for each grade but the highest, from 0 to 1, as `reliability.cuts.fit_cuts` finds them.

    Returns:
        float64 of shape (n,), each a valid grade of the scale.

    Raises:
        ValueError: if the rule is unknown, the number of columns or cuts is not the scale's, or an output is not
            finite.
    """
    if rule not in (*_RULES, "cuts"):
        raise ValueError(f"Unknown decoding. It should be one of {[*_RULES, 'cuts']}. Received: {rule!r}")
    outputs = np.asarray(outputs, np.float64)
    outputs = outputs[:, None] if outputs.ndim == 1 else outputs
    grades = grades_of(scale)
    columns = 1 if scale == "continuous" else len(grades)
    if outputs.shape[1] != columns:
        raise ValueError(f"Outputs on the {scale} scale should have {columns} columns. Received: {outputs.shape[1]}")
    if not np.isfinite(outputs).all():
        raise ValueError("Outputs should be finite. Received: NaN or infinity; the training has diverged")
    if scale == "continuous":
        return nearest(outputs[:, 0], grades)
    return _by_cuts(outputs, grades, cuts) if rule == "cuts" else _RULES[rule](outputs, grades)

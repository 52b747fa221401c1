"""How high a score may be that was observed to be 0: a bootstrap of samples without a hit knows of none."""


def zero_bound(misses: int, alarms: int, probability: float) -> float:
    """Return how high the F1 score of a grade may be of which no sample was hit.

    With a uniform prior on the shares of hits, misses and false alarms, the posterior of F1 = 2 h / (2 h + m + f) has
    h ~ Exp(1) and m + f ~ Gamma(misses + alarms + 2). Its density falls from 0 on, so that the highest-density interval
    begins there, and its upper bound x solves (1 + x / (2 (1 - x)))^-(misses + alarms + 2) = 1 - probability.

    Args:
        misses: Samples of the grade.
        alarms: Samples of other grades that were predicted as it.
        probability: Of the interval, in (0, 1).
    """
    odds = 2 * ((1 - probability) ** (-1 / (misses + alarms + 2)) - 1)
    return float(odds / (1 + odds))

"""The names of what is measured of found boxes, and of a locator in tables."""

from discgrade.settings.run import FOLDS, Run

LOCATOR = "locator"
"""What stands for the variant in the rows of a locator."""
QUANTILES = {"distance_median": 0.5, "distance_95": 0.95}
"""Quantiles of the distance between drawn and found centres."""
KAPPAS = ("kappa_drawn", "kappa_found", "kappa_loss")
MEANS = ("detected", "level_right", "false", "flagged", "overlap")
METRICS = (*MEANS, *QUANTILES, *KAPPAS)


def locator_run(side: int, seed: int) -> Run:
    """Return what names a locator in tables: it is no run of the grid, and pooled over the folds."""
    return Run(LOCATOR, side, 1, FOLDS, seed)

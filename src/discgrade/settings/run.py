"""What a run is, and the names that splits, folds and seeds have in every table."""

from dataclasses import dataclass

from discgrade.settings.model import Splits

HOLDOUT = "holdout"
EXTERNAL = "external"
"""The cohort that no run is trained on, and its part of every split; scored on the hold-out split alone."""
# Names in the tables of scores: all out-of-fold predictions pooled, the mean of the folds' scores, the pairs of
# readings, and the mean of all seeds.
FOLDS = "folds"
FOLD_MEAN = "fold-mean"
READINGS = "readings"
ALL_SEEDS = -1


@dataclass(frozen=True, order=True)
class Run:
    """One training: a variant at a resolution, on a training fraction of a split, from a seed.

    Attributes:
        variant: Name in the config.
        resolution: Side of the square input in pixels.
        share: Denominator of the training fraction: 4 means a quarter of the training part.
        split: "holdout" or "fold-01" ...
        seed: Seed of initialisation, shuffling and dropout.
    """

    variant: str
    resolution: int
    share: int
    split: str
    seed: int

    @property
    def path(self) -> str:
        """The run's folder below results/<study>/runs."""
        return f"{self.variant}/{self.resolution}px/share-{self.share}/{self.split}/seed-{self.seed}"

    @property
    def wildcards(self) -> dict[str, str | int]:
        """The run's Snakemake wildcards."""
        return {name: getattr(self, name) for name in ("variant", "resolution", "share", "split", "seed")}


def fold_names(splits: Splits) -> list[str]:
    """Return the names of the folds, in order."""
    return [f"fold-{number:02d}" for number in range(1, splits.folds + 1)]

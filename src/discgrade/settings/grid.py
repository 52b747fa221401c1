"""What a study's config asks for: its runs, shards, splits and shares, by name."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

Config = Mapping[str, Any]

HOLDOUT = "holdout"
# Names in the tables of scores: all out-of-fold predictions pooled, the mean of the folds' scores, the pairs of
# readings, and the mean of all seeds.
FOLDS = "folds"
FOLD_MEAN = "fold-mean"
READINGS = "readings"
ALL_SEEDS = -1


@dataclass(frozen=True, order=True)
class Run:
    """One training: a variant at a resolution, on a share of the training part of a split, from a seed.

    Attributes:
        variant: Name in the config.
        resolution: Side of the square input in pixels.
        share: Denominator of the share of the training part: 4 means a quarter.
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


def folds(config: Config) -> list[str]:
    """Return the names of the folds, in order."""
    return [f"fold-{number:02d}" for number in range(1, config["splits"]["folds"] + 1)]


def shards(config: Config) -> list[str]:
    """Return the names of the shards, in order."""
    count = config["cohort"]["shards"]
    digits = max(2, len(str(count - 1)))
    return [f"{number:0{digits}d}" for number in range(count)]


def default_run(config: Config) -> Run:
    """Return the default variant's run on the fixed split, at the main resolution, from the first seed."""
    return Run(config["grid"]["default"], config["images"]["resolution"], 1, HOLDOUT, config["grid"]["seeds"][0])


def trained_variants(config: Config) -> list[str]:
    """Return the variants that are trained on the fixed split: `grid.variants`, or every one of the config."""
    return list(config["grid"]["variants"] or config["variants"])


def variant_runs(config: Config) -> list[Run]:
    """Return every variant's run on the fixed split, for every seed."""
    seeds: Sequence[int] = config["grid"]["seeds"]
    default = default_run(config)
    return [replace(default, variant=variant, seed=seed) for variant in trained_variants(config) for seed in seeds]


def fold_runs(config: Config) -> list[Run]:
    """Return the cross-validation runs: each variant of `grid.folds` in every fold, for every seed."""
    default = default_run(config)
    return [
        replace(default, variant=variant, split=split, seed=seed)
        for variant in config["grid"]["folds"]
        for split in folds(config)
        for seed in config["grid"]["seeds"]
    ]


def share_runs(config: Config) -> list[Run]:
    """Return the default variant's runs on every share of the training part."""
    return [replace(default_run(config), share=share) for share in config["splits"]["shares"]]


def resolution_runs(config: Config) -> list[Run]:
    """Return the default variant's runs at every resolution."""
    return [replace(default_run(config), resolution=resolution) for resolution in config["images"]["resolutions"]]


def all_runs(config: Config) -> list[Run]:
    """Return every run of the study once, in a fixed order."""
    runs = variant_runs(config) + fold_runs(config) + share_runs(config) + resolution_runs(config)
    return list(dict.fromkeys(runs))


def regression_run(config: Config) -> Run:
    """Return the run that Figure 5 shows: the variant `mae`, or else the last that is trained on the continuous scale.

    Where no variant is, the run of `mae` stands for what is missing.
    """
    trained = [name for name in trained_variants(config) if config["variants"][name]["scale"] == "continuous"]
    variant = trained[-1] if trained and "mae" not in trained else "mae"
    return replace(default_run(config), variant=variant)


def titles(runs: Sequence[Run]) -> list[str]:
    """Name runs of one split by their variants, and by their seeds where a variant has several."""
    several = len({run.seed for run in runs}) > 1
    return [f"{run.variant}, seed {run.seed}" if several else run.variant for run in runs]


def confusion_panels(config: Config) -> dict[str, list[dict[str, str | int]]]:
    """Return the runs that each confusion matrix adds up: every variant on the fixed split, and its folds."""
    panels: dict[str, list[dict[str, str | int]]] = {}
    for run in variant_runs(config) + fold_runs(config):
        title = run.variant if run.split == HOLDOUT else f"{run.variant}, folds"
        panels.setdefault(title, []).append(run.wildcards)
    return panels


def resolutions(config: Config) -> list[int]:
    """Return the resolutions that some run trains at, ascending."""
    return sorted({run.resolution for run in all_runs(config)})


def variant_training(config: Config, variant: str) -> dict[str, Any]:
    """Return the training settings of a variant: `training` overridden by the variant's own keys.

    Raises:
        ValueError: if the variant is not in the config.
    """
    if variant not in config["variants"]:
        raise ValueError(f"Unknown variant. It should be one of {sorted(config['variants'])}. Received: {variant!r}")
    settings = {"class_weights": None} | dict(config["training"]) | dict(config["variants"][variant])
    return {key: value for key, value in settings.items() if key not in ("protocol", "gpus")}


def variant_protocol(config: Config, variant: str) -> dict[str, str]:
    """Return what a variant is scored on and how its checkpoint is chosen: `protocol`, overridden by the variant's."""
    protocol = dict(config["protocol"]) | dict(config["variants"][variant].get("protocol", {}))
    return {key: protocol[key] for key in ("score", "checkpoint")}


def is_scored(copy: "NDArray[np.int32]", score: str) -> "NDArray[np.bool_]":
    """Tell which copies of a disc a protocol scores.

    Args:
        copy: Of shape (n,); 0 is the disc as read.
        score: `protocol.score`: "as_read", "averaged" or "augmented".

    Returns:
        Of shape (n,).
    """
    scored: dict[str, NDArray[np.bool_]] = {"as_read": copy == 0, "averaged": copy >= 0, "augmented": copy > 0}
    return scored[score]


def run_plans(config: Config) -> list[dict[str, Any]]:
    """Return each run's fields with what scoring needs to know of its variant: scale, decoding rule and protocol."""
    return [
        run.wildcards
        | {key: variant_training(config, run.variant)[key] for key in ("scale", "decoding")}
        | variant_protocol(config, run.variant)
        for run in all_runs(config)
    ]


def reporting(config: Config) -> dict[str, Any]:
    """Return what the captions and rows of the tables need to know of the study.

    Returns:
        `study` and `source` of its cohort; `default`, the default run's fields; `variants`, each trained variant's
        scale and protocol; `folds`, their number; `seeds` of training; `unit`, what the bootstrap of the folds weighs.
    """
    return {
        "study": config["study"],
        "source": config["cohort"]["source"],
        "default": default_run(config).wildcards,
        "variants": {
            variant: {"scale": variant_training(config, variant)["scale"]} | variant_protocol(config, variant)
            for variant in dict.fromkeys([*trained_variants(config), *config["grid"]["folds"]])
        },
        "folds": config["splits"]["folds"],
        "seeds": list(config["grid"]["seeds"]),
        "unit": config["protocol"]["unit"],
    }

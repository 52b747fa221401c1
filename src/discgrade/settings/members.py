"""Whose networks go into a study's bundle.

The Snakefile asks for it, no step does, so this module is left out of the code digests
(`provenance.digests.UNTRACKED`).
"""

from dataclasses import dataclass, replace

from discgrade.settings.grid import default_run, member_runs
from discgrade.settings.groups.bundle import Members
from discgrade.settings.model import Study, Training, Variant
from discgrade.settings.run import HOLDOUT, Run, fold_names


@dataclass(frozen=True)
class Trained:
    """A run whose network goes into the bundle, and how it was trained."""

    run: Run
    training: Training

    @property
    def name(self) -> str:
        """The network's name in the bundle."""
        return f"{self.run.variant}-{self.run.split}-seed-{self.run.seed}"


def bundle_variant(study: Study) -> Variant:
    """Return the variant that the bundle is made of."""
    return study.variants[study.bundle.variant or study.grid.default]


def bundle_kind(study: Study) -> Members:
    """Return whether the networks of the folds or that of the hold-out split go into the bundle."""
    in_folds = bundle_variant(study).name in study.grid.folds
    return study.bundle.members or ("folds" if in_folds else "holdout")


def bundle_members(study: Study) -> list[Trained]:
    """Return the networks of the bundle, in their order: those of the folds from every seed, or one.

    Of an ensemble they are those of its members.
    """
    variant = bundle_variant(study)
    if bundle_kind(study) == "folds":
        splits, seeds = fold_names(study.splits), study.grid.seeds
    else:
        splits, seeds = [HOLDOUT], study.grid.seeds[:1]
    first = replace(default_run(study), variant=variant.name)
    if variant.members:
        runs = [run for split in splits for run in member_runs(study, replace(first, split=split))]
    else:
        runs = [replace(first, split=split, seed=seed) for split in splits for seed in seeds]
    return [Trained(run, study.variants[run.variant].training) for run in runs]


def regrading_runs(study: Study) -> list[Trained]:
    """Return the runs whose networks grade found boxes: those in every fold of the default variant, from one seed.

    Where that variant is not trained in the folds, those of the first that is; none where there is none.
    """
    grid = study.grid
    trained = [name for name in (grid.default, *grid.folds) if name in grid.folds and not study.variants[name].members]
    runs = (
        [replace(default_run(study), variant=trained[0], split=split) for split in fold_names(study.splits)]
        if trained
        else []
    )
    return [Trained(run, study.variants[run.variant].training) for run in runs]

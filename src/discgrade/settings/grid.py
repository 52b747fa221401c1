"""The grid of runs that a study trains, and the names of its shards.

The Snakefile asks for it, no step does: what a step computes depends on the runs that it is given, not on how they were
listed. So this module is left out of the code digests (`provenance.digests.UNTRACKED`).
"""

from dataclasses import replace

from discgrade.settings.model import Study
from discgrade.settings.run import HOLDOUT, Run, fold_names


def shards(study: Study) -> list[str]:
    """Return the names of the shards, in order."""
    count = study.cohort.shards
    digits = max(2, len(str(count - 1)))
    return [f"{number:0{digits}d}" for number in range(count)]


def may_set_apart(study: Study) -> bool:
    """Tell whether patients of the cohort `external` get shards of their own: where a plan can read the sheet."""
    return study.cohort.source != "phantom" and study.ratings.propose is None


def default_run(study: Study) -> Run:
    """Return the default variant's run on the hold-out split, at the main resolution, from the first seed."""
    return Run(study.grid.default, study.images.resolution, 1, HOLDOUT, study.grid.seeds[0])


def variant_runs(study: Study) -> list[Run]:
    """Return every variant's run on the hold-out split, for every seed."""
    default, grid = default_run(study), study.grid
    return [
        replace(default, variant=variant, seed=seed) for variant in grid.variants for seed in seeds_of(study, variant)
    ]


def fold_runs(study: Study) -> list[Run]:
    """Return the cross-validation runs: each variant of `grid.folds` in every fold, for every seed."""
    default = default_run(study)
    return [
        replace(default, variant=variant, split=split, seed=seed)
        for variant in study.grid.folds
        for split in fold_names(study.splits)
        for seed in seeds_of(study, variant)
    ]


def seeds_of(study: Study, variant: str) -> tuple[int, ...]:
    """Return the seeds of a variant's runs; an ensemble averages all of them into one run under the first."""
    return study.grid.seeds[:1] if study.variants[variant].members else study.grid.seeds


def member_runs(study: Study, run: Run) -> list[Run]:
    """Return the runs that an ensemble's run averages: every member from every seed; none of a run that is trained."""
    members = study.variants[run.variant].members
    return [replace(run, variant=member, seed=seed) for member in members for seed in study.grid.seeds]


def trained_runs(study: Study) -> list[Run]:
    """Return the runs on the hold-out split that are trained, and no mean of others."""
    return [run for run in variant_runs(study) if not study.variants[run.variant].members]


def share_runs(study: Study) -> list[Run]:
    """Return the default variant's runs on every training fraction."""
    return [replace(default_run(study), share=share) for share in study.splits.shares]


def resolution_runs(study: Study) -> list[Run]:
    """Return the default variant's runs at every resolution."""
    return [replace(default_run(study), resolution=resolution) for resolution in study.images.resolutions]


def all_runs(study: Study) -> list[Run]:
    """Return every run of the study once, in a fixed order."""
    runs = variant_runs(study) + fold_runs(study) + share_runs(study) + resolution_runs(study)
    return list(dict.fromkeys(runs))


def whole_grades(study: Study) -> str:
    """Say what a study should train instead where its readings hold whole grades only; empty if nothing else."""
    grid, variants = study.grid, study.variants
    trained = list(dict.fromkeys([grid.default, *grid.variants, *grid.folds]))
    fractional = [name for name in trained if variants[name].training.scale == "fractional"]
    if not fractional:
        return ""
    whole = next((name for name, one in variants.items() if one.training.scale == "integral"), None)
    if whole is None:
        advice = "Define a variant with `scale: integral`, and name it in grid.default, grid.variants and grid.folds"
    else:
        others = [name for name in grid.variants if name not in fractional]
        listed = ", ".join(dict.fromkeys([whole, *others]))
        advice = f"Set in your overlay:\ngrid:\n  default: {whole}\n  variants: [{listed}]\n  folds: [{whole}]"
    return (
        f"The readings hold whole grades only, which cannot train on thirteen grades: {', '.join(fractional)} have "
        f"`scale: fractional`. {advice}"
    )


def regression_run(study: Study) -> Run:
    """Return the run that Figure 5 shows: the variant `mae`, or else the last that is trained on the continuous scale.

    Where no variant is, the run of `mae` stands for what is missing.
    """
    trained = [name for name in study.grid.variants if study.variants[name].training.scale == "continuous"]
    variant = trained[-1] if trained and "mae" not in trained else "mae"
    return replace(default_run(study), variant=variant)

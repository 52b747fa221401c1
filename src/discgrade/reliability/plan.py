"""What scoring needs to know of each run."""

from dataclasses import dataclass, replace

from discgrade.settings.grid import all_runs, default_run, fold_runs, member_runs, variant_runs
from discgrade.settings.members import bundle_kind, bundle_members, bundle_variant
from discgrade.settings.model import Decoding, Protocol, Scale, Study
from discgrade.settings.pseudo_labels import arm_runs, label_splits, teacher_run
from discgrade.settings.run import Run


@dataclass(frozen=True)
class RunPlan:
    """A run, the scale that its variant predicts on, how its outputs become grades, and its protocol."""

    run: Run
    scale: Scale
    decoding: Decoding
    protocol: Protocol


@dataclass(frozen=True)
class Regraded:
    """A run whose scored discs are graded again, and which networks of the bundle it is the mean of, from 0."""

    plan: RunPlan
    networks: tuple[int, ...]


def run_plans(study: Study) -> list[RunPlan]:
    """Return what scoring needs to know of every run of a study."""
    return [_plan(study, run) for run in all_runs(study)]


def certainty_plans(study: Study) -> list[RunPlan]:
    """Return the runs in every fold of the bundle's variant, from which its certainty is learned; none without any."""
    if why_no_certainty(study):
        return []
    name = bundle_variant(study).name
    return [_plan(study, run) for run in fold_runs(study) if run.variant == name]


def main_runs(study: Study) -> list[Run]:
    """Return the runs that say most of the bundle's variant: of all folds, else those on the hold-out split."""
    name = bundle_variant(study).name
    folds = [run for run in fold_runs(study) if run.variant == name]
    return folds or [run for run in variant_runs(study) if run.variant == name]


def why_no_certainty(study: Study) -> str:
    """Say why nothing can be learned of the certainty of the bundle's variant; empty if it can."""
    variant = bundle_variant(study)
    if variant.training.scale == "continuous":
        return f"The variant of the bundle, {variant.name}, gives a grade and no probabilities."
    if variant.name not in study.grid.folds:
        return f"The variant of the bundle, {variant.name}, is not trained in the folds: name it in grid.folds."
    return ""


def external_plans(study: Study) -> list[RunPlan]:
    """Return the run that external validation judges, that of the bundle's variant on the hold-out split.

    Where it decodes by cuts, the runs that these are fitted on follow. None if that variant has no such run.
    """
    if why_no_external(study):
        return []
    variant = bundle_variant(study)
    first = replace(default_run(study), variant=variant.name)
    folds = [run for run in fold_runs(study) if run.variant == variant.name and run.seed == first.seed]
    by_cuts = variant.training.decoding == "cuts"
    return [_plan(study, run) for run in (first, *(folds if by_cuts else ()))]


def why_no_external(study: Study) -> str:
    """Say why external validation judges nothing; empty if it does."""
    name = bundle_variant(study).name
    if name not in (study.grid.default, *study.grid.variants):
        return f"The variant of the bundle, {name}, is not trained on the hold-out split: name it in grid.variants."
    return ""


def teacher_plans(study: Study) -> list[RunPlan]:
    """Return the run that labels a cohort in each split."""
    return [_plan(study, teacher_run(study, split)) for split in label_splits(study)]


def arm_plans(study: Study) -> list[RunPlan]:
    """Return the runs in every fold that tell what labels of a model are worth, those without them first."""
    return [_plan(study, run) for run in arm_runs(study)]


def regraded_runs(study: Study) -> list[Regraded]:
    """Return the runs of the bundle's variant whose networks the bundle holds: every fold's, or the hold-out one's."""
    name = bundle_variant(study).name
    if bundle_kind(study) == "folds":
        runs = [run for run in fold_runs(study) if run.variant == name]
    else:
        runs = [replace(default_run(study), variant=name)]
    members = [member.run for member in bundle_members(study)]
    return [Regraded(_plan(study, run), _places(members, member_runs(study, run) or [run])) for run in runs]


def _places(members: list[Run], wanted: list[Run]) -> tuple[int, ...]:
    return tuple(place for place, run in enumerate(members) if run in wanted)


def cutting_plans(study: Study) -> list[RunPlan]:
    """Return the runs whose predictions teach the cuts of the bundle's variant; none where it decodes otherwise."""
    variant = bundle_variant(study)
    return [plan for plan in run_plans(study) if plan.run.variant == variant.name and plan.decoding == "cuts"]


def _plan(study: Study, run: Run) -> RunPlan:
    variant = study.variants[run.variant]
    return RunPlan(run, variant.training.scale, variant.training.decoding, variant.protocol)

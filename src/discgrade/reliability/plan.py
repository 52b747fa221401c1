"""What scoring needs to know of each run."""

from dataclasses import dataclass

from discgrade.settings.grid import all_runs, fold_runs
from discgrade.settings.members import bundle_variant
from discgrade.settings.model import Decoding, Protocol, Scale, Study
from discgrade.settings.run import Run


@dataclass(frozen=True)
class RunPlan:
    """A run, the scale that its variant predicts on, how its outputs become grades, and its protocol."""

    run: Run
    scale: Scale
    decoding: Decoding
    protocol: Protocol


def run_plans(study: Study) -> list[RunPlan]:
    """Return what scoring needs to know of every run of a study."""
    return [_plan(study, run) for run in all_runs(study)]


def certainty_plans(study: Study) -> list[RunPlan]:
    """Return the runs in every fold of the bundle's variant, from which its certainty is learned; none without any."""
    if why_no_certainty(study):
        return []
    name = bundle_variant(study).name
    return [_plan(study, run) for run in fold_runs(study) if run.variant == name]


def why_no_certainty(study: Study) -> str:
    """Say why nothing can be learned of the certainty of the bundle's variant; empty if it can."""
    variant = bundle_variant(study)
    if variant.training.scale == "continuous":
        return f"The variant of the bundle, {variant.name}, gives a grade and no probabilities."
    if variant.name not in study.grid.folds:
        return f"The variant of the bundle, {variant.name}, is not trained in the folds: name it in grid.folds."
    return ""


def _plan(study: Study, run: Run) -> RunPlan:
    variant = study.variants[run.variant]
    return RunPlan(run, variant.training.scale, variant.training.decoding, variant.protocol)

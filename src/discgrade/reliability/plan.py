"""What scoring needs to know of each run."""

from dataclasses import dataclass

from discgrade.settings.grid import all_runs, fold_runs
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
    """Return the default variant's runs in every fold, from which its certainty is learned; none where it cannot be."""
    if why_no_certainty(study):
        return []
    return [_plan(study, run) for run in fold_runs(study) if run.variant == study.grid.default]


def why_no_certainty(study: Study) -> str:
    """Say why nothing can be learned of the default variant's certainty; empty if it can."""
    name = study.grid.default
    if study.variants[name].training.scale == "continuous":
        return f"The default variant, {name}, gives a grade and no probabilities."
    if name not in study.grid.folds:
        return f"The default variant, {name}, is not trained in the folds: name it in grid.folds."
    return ""


def _plan(study: Study, run: Run) -> RunPlan:
    variant = study.variants[run.variant]
    return RunPlan(run, variant.training.scale, variant.training.decoding, variant.protocol)

"""What scoring needs to know of each run."""

from dataclasses import dataclass

from discgrade.settings.grid import all_runs
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


def _plan(study: Study, run: Run) -> RunPlan:
    variant = study.variants[run.variant]
    return RunPlan(run, variant.training.scale, variant.training.decoding, variant.protocol)

"""Which runs each panel of a figure shows, and how it is titled."""

from dataclasses import dataclass

from discgrade.settings.grid import fold_runs, trained_runs, variant_runs
from discgrade.settings.model import Study
from discgrade.settings.run import HOLDOUT, Run


@dataclass(frozen=True)
class Panel:
    """One panel.

    Attributes:
        name: Its name in the CSV: a variant, a variant's folds, or a variant's seed.
        title: What stands above it: the variant's label, or its label and "folds".
        runs: What it shows; of several runs what they add up to.
    """

    name: str
    title: str
    runs: tuple[Run, ...]


def confusion_panels(study: Study) -> list[Panel]:
    """Return a panel for every variant on the hold-out split, and for every variant's folds."""
    runs: dict[tuple[str, str], list[Run]] = {}
    for run in variant_runs(study) + fold_runs(study):
        runs.setdefault((run.variant, "" if run.split == HOLDOUT else ", folds"), []).append(run)
    return [
        Panel(f"{variant}{part}", f"{study.variants[variant].label}{part}", tuple(of_panel))
        for (variant, part), of_panel in runs.items()
    ]


def curve_panels(study: Study) -> list[Panel]:
    """Return a panel for every training on the hold-out split, named by its seed too where there are several.

    The seeds of a variant share one title: they are drawn in one panel.
    """
    several = len(study.grid.seeds) > 1
    panels = []
    for run in trained_runs(study):
        seed = f", seed {run.seed}" if several else ""
        panels.append(Panel(f"{run.variant}{seed}", study.variants[run.variant].label, (run,)))
    return panels

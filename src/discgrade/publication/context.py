"""What captions, headings and rows of the tables need to know of a study's settings."""

from collections.abc import Mapping
from dataclasses import dataclass

from discgrade.settings.grid import default_run
from discgrade.settings.model import Intervals, Protocol, Source, Study, Unit
from discgrade.settings.run import Run


@dataclass(frozen=True)
class Shown:
    """A variant as tables show it: its name in print, its protocol, and the names in print of an ensemble's members."""

    label: str
    protocol: Protocol
    members: tuple[str, ...] = ()


@dataclass(frozen=True)
class Context:
    """A study in the words of its tables.

    Attributes:
        study: Its name.
        source: Whose its scans and readings are.
        default: The default variant's run on the hold-out split.
        variants: The trained variants by name.
        folds: Number of folds.
        seeds: Seeds of training.
        unit: What the bootstrap weighs.
        compare: Whether published values stand next to the study's own, and what it lacks next to what it has.
        intervals: How intervals are drawn, and which are shown.
    """

    study: str
    source: Source
    default: Run
    variants: Mapping[str, Shown]
    folds: int
    seeds: tuple[int, ...]
    unit: Unit
    compare: bool
    intervals: Intervals

    @property
    def simulated(self) -> bool:
        """Whether nobody was ever scanned."""
        return self.source == "phantom"

    @property
    def labels(self) -> dict[str, str]:
        """The printed name of each trained variant."""
        return {name: shown.label for name, shown in self.variants.items()}


def context_of(study: Study) -> Context:
    """Return what the tables of a study need to know of it."""
    grid = study.grid
    trained = [study.variants[name] for name in dict.fromkeys([grid.default, *grid.variants, *grid.folds])]
    return Context(
        study=study.name,
        source=study.cohort.source,
        default=default_run(study),
        variants={
            one.name: Shown(one.label, one.protocol, tuple(study.variants[name].label for name in one.members))
            for one in trained
        },
        folds=study.splits.folds,
        seeds=grid.seeds,
        unit=study.unit,
        compare=study.report.compare_with_paper,
        intervals=study.intervals,
    )

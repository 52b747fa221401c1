"""What captions, headings and rows need to know of a study's settings: each figure and table as little as it uses."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from discgrade.settings.grid import default_run
from discgrade.settings.groups.cohort import Source
from discgrade.settings.model import Protocol, Study, Unit
from discgrade.settings.run import Run


@dataclass(frozen=True)
class Shown:
    """A variant as tables show it: its name in print, its protocol, and the names in print of an ensemble's members."""

    label: str
    protocol: Protocol
    members: tuple[str, ...] = ()


@dataclass(frozen=True)
class Data:
    """Whose data are shown: the study's name, and the source of its scans and readings."""

    study: str
    source: Source

    @property
    def simulated(self) -> bool:
        """Whether nobody was ever scanned."""
        return self.source == "phantom"


@dataclass(frozen=True)
class Context(Data):
    """A study in the words of figures and tables.

    Attributes:
        default: The default variant's run on the hold-out split.
        variants: The trained variants that are shown, by name.
        folds: Number of folds.
        seeds: Seeds of training.
        unit: What the bootstrap weighs.
    """

    default: Run
    variants: Mapping[str, Shown]
    folds: int
    seeds: tuple[int, ...]
    unit: Unit

    @property
    def labels(self) -> dict[str, str]:
        """The printed name of each variant that is shown."""
        return {name: shown.label for name, shown in self.variants.items()}


@dataclass(frozen=True)
class ComparedContext(Context):
    """The same, and whether published values stand next to the study's own, and what it lacks next to what it has."""

    compare: bool


def data_of(study: Study) -> Data:
    """Return whose data a study's are."""
    return Data(study.name, study.cohort.source)


def context_of(study: Study, names: Collection[str] | None = None) -> Context:
    """Return what a figure or table needs to know of a study.

    Args:
        study: The study.
        names: Variants that it shows; None for every trained one.
    """
    grid = study.grid
    trained = [study.variants[name] for name in dict.fromkeys([grid.default, *grid.variants, *grid.folds])]
    return Context(
        **vars(data_of(study)),
        default=default_run(study),
        variants={
            one.name: Shown(one.label, one.protocol, tuple(study.variants[name].label for name in one.members))
            for one in trained
            if names is None or one.name in names
        },
        folds=study.splits.folds,
        seeds=grid.seeds,
        unit=study.unit,
    )


def compared_context_of(study: Study) -> ComparedContext:
    """Return what a table that may stand next to the paper's needs to know of a study."""
    return ComparedContext(**vars(context_of(study)), compare=study.report.compare_with_paper)

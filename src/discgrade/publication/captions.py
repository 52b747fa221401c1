"""What the captions of the report say of a study: the slots of rules/captions/*.rst, under the name `words`."""

import re
from dataclasses import asdict, dataclass

from discgrade.publication import wording
from discgrade.publication.published import PAPER, citation
from discgrade.settings.grid import default_run, regression_run
from discgrade.settings.members import bundle_variant
from discgrade.settings.model import Study
from discgrade.settings.run import Run


@dataclass(frozen=True)
class Shown:
    """A run that a figure shows.

    Attributes:
        variant: Its variant's name in print.
        protocol: How it is scored and its epoch chosen; empty if it is not part of the study.
        resolution: Side of its input in pixels.
        seed: Its training seed.
    """

    variant: str
    protocol: str
    resolution: int
    seed: int


@dataclass(frozen=True)
class Words:
    """The slots of the captions, in reStructuredText.

    Attributes:
        study: Its name.
        source: Whose its scans and readings are.
        data: Both in one.
        paper: Whose published values stand next to the study's.
        intervals: How intervals of trained runs were drawn.
        certain: How intervals of coverage were drawn, which always weigh patients.
        bundled: Name in print of the variant whose certainty is learned, that of the bundle.
        coverage: Probability with which a set of grades should hold the reference grade.
        unit: What the bootstrap weighs: patient, disc or fold.
        seeds: Number of training seeds.
        pictures: Whether figures may show discs.
        excluded: Whether discs with a flagged region are left out.
        pseudo: Cohort that a model labels; empty if none is.
        default: The default run.
        regression: The run of the regression variant.
    """

    study: str
    source: str
    data: str
    paper: str
    intervals: str
    certain: str
    bundled: str
    coverage: float
    unit: str
    seeds: int
    pictures: bool
    excluded: bool
    pseudo: str
    default: Shown
    regression: Shown


def caption_words(study: Study) -> dict[str, object]:
    """Return the slots of the captions for a study, as plain values."""
    unit, drawn = study.unit, study.intervals
    weighed = "discs" if unit == "disc" else "patients"
    source = study.cohort.source
    words = Words(
        study=_rst(study.name),
        source=wording.SOURCES[source],
        data=_rst(wording.data_words(study.name, source)),
        paper=citation(PAPER),
        intervals=wording.interval_words(drawn.probability, weighed, drawn.draws, drawn.seed),
        certain=wording.interval_words(drawn.probability, "patients", drawn.draws, drawn.seed),
        bundled=_rst(bundle_variant(study).label),
        coverage=study.certainty.coverage,
        unit=unit,
        seeds=len(study.grid.seeds),
        pictures=study.report.disc_pictures,
        excluded=study.cohort.exclude_flagged,
        pseudo=_rst(study.pseudo_labels.cohort) if study.pseudo_labels else "",
        default=_shown(study, default_run(study)),
        regression=_shown(study, regression_run(study)),
    )
    return asdict(words)


def _shown(study: Study, run: Run) -> Shown:
    labels = {name: variant.label for name, variant in study.variants.items()}
    trained = run.variant in (study.grid.default, *study.grid.variants)
    return Shown(
        variant=_rst(wording.variant_name(run.variant, labels)),
        protocol=wording.protocol_words(study.variants[run.variant].protocol) if trained else "",
        resolution=run.resolution,
        seed=run.seed,
    )


def _rst(text: str) -> str:
    """Escape what reStructuredText would take for markup."""
    return re.sub(r"([\\*_`|<>])", r"\\\1", text)

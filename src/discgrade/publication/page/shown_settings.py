"""What the report tells of a study's settings: a selection without the places of its source."""

from collections.abc import Mapping
from dataclasses import dataclass

from discgrade.settings.grid import default_run
from discgrade.settings.groups.attribution import Provenance
from discgrade.settings.groups.certainty import Certainty
from discgrade.settings.groups.cohort import Reference
from discgrade.settings.groups.pseudo_labels import PseudoLabels
from discgrade.settings.members import bundle_variant
from discgrade.settings.model import Augmentation, Deidentify, Images, Intervals, Splits, Study, Variant
from discgrade.settings.run import Run


@dataclass(frozen=True)
class ShownSettings:
    """What the report tells of a study's settings.

    Attributes:
        run: The default run.
        default: Its variant.
        bundled: Name of the variant whose networks go into the bundle.
        intended_use: What the bundle is for.
        limits: What its owner says it is not good for.
        headers: Whether the scans' headers tell the truth.
        labels: The printed name of each variant.
        decodings: How the outputs of each variant become grades: its rule, or `NUMBER` where a grade is the output.
        reference: Which reading is the truth.
        exclude_flagged: Whether discs with a flagged region are left out.
        deidentify: What an export may keep, and how pseudonyms are made; no words to look for.
        splits: How patients are assigned.
        images: Side of the input, and how a region becomes it.
        augmentation: How copies differ from their disc.
        intervals: How intervals are drawn.
        certainty: What sets of grades promise.
        pictures: Whether pictures of discs and slices are shown.
        provenance: Who answers for the study.
    """

    run: Run
    default: Variant
    bundled: str
    intended_use: str
    limits: tuple[str, ...]
    headers: bool
    labels: Mapping[str, str]
    decodings: Mapping[str, str]
    reference: Reference
    exclude_flagged: bool
    deidentify: Deidentify
    splits: Splits
    images: Images
    augmentation: Augmentation
    intervals: Intervals
    certainty: Certainty
    pictures: bool
    pseudo_labels: PseudoLabels | None
    provenance: Provenance


NUMBER = "number"
"""Stands for a rule where the output is the grade: on the continuous scale."""


def told_of(study: Study) -> ShownSettings:
    """Return what the report tells of a study's settings."""
    run = default_run(study)
    kept = study.deidentify
    return ShownSettings(
        run=run,
        default=study.variants[run.variant],
        bundled=bundle_variant(study).name,
        intended_use=study.bundle.intended_use,
        limits=study.bundle.limits,
        headers=study.bundle.headers,
        labels={name: variant.label for name, variant in study.variants.items()},
        decodings={name: _decoding(variant) for name, variant in study.variants.items()},
        reference=study.cohort.reference,
        exclude_flagged=study.cohort.exclude_flagged,
        deidentify=Deidentify(kept.keep_sex_and_age, kept.keep_weight_and_size, kept.pseudonym, kept.follow_links, ()),
        splits=study.splits,
        images=study.images,
        augmentation=study.augmentation,
        intervals=study.intervals,
        certainty=study.certainty,
        pictures=study.report.disc_pictures,
        pseudo_labels=study.pseudo_labels,
        provenance=study.provenance,
    )


def _decoding(variant: Variant) -> str:
    return NUMBER if variant.training.scale == "continuous" else variant.training.decoding

"""What the bundle of a study is made of, as its settings say.

Its values are the params of the rule `bundle`, so this module is left out of the code digests
(`provenance.digests.UNTRACKED`).
"""

from dataclasses import dataclass

from discgrade.settings.groups.attribution import Dataset
from discgrade.settings.groups.bundle import Bundle, Members
from discgrade.settings.groups.cohort import Source, Statistic
from discgrade.settings.members import bundle_kind, bundle_members, bundle_variant
from discgrade.settings.model import Augmentation, Decoding, Images, Protocol, Scale, Study
from discgrade.settings.run import Run


@dataclass(frozen=True)
class Plan:
    """What the rule `bundle` needs of the settings.

    Attributes:
        name: Name of the study.
        source: Where its scans and readings come from.
        statistic: What the reference grade is.
        variant: The variant.
        ensemble: Whether its outputs are the means of several networks in the study's own scores, too.
        scale: Scale of the networks' outputs.
        decoding: How their mean becomes a grade.
        members: Whose networks these are.
        runs: Run of each network, in their order.
        files: Name of each network's file.
        images: How a region becomes their input.
        protocol: What is scored of a disc.
        augmentation: How copies are made, where the protocol scores the mean over them.
        settings: What the card says.
        licence: URL of the licence of the results.
        ethics: The ethics committee and its vote.
        dataset: Where images and readings come from.
    """

    name: str
    source: Source
    statistic: Statistic
    variant: str
    ensemble: bool
    scale: Scale
    decoding: Decoding
    members: Members
    runs: tuple[Run, ...]
    files: tuple[str, ...]
    images: Images
    protocol: Protocol
    augmentation: Augmentation
    settings: Bundle
    licence: str | None
    ethics: str | None
    dataset: Dataset | None


def bundle_plan(study: Study) -> Plan:
    """Return what the rule `bundle` needs of a study's settings."""
    variant, members = bundle_variant(study), bundle_members(study)
    return Plan(
        name=study.name,
        source=study.cohort.source,
        statistic=study.cohort.reference.statistic,
        variant=variant.name,
        ensemble=any(one.run.variant != variant.name for one in members),
        scale=variant.training.scale,
        decoding=variant.training.decoding,
        members=bundle_kind(study),
        runs=tuple(one.run for one in members),
        files=tuple(f"members/{one.name}.onnx" for one in members),
        images=study.images,
        protocol=variant.protocol,
        augmentation=study.augmentation,
        settings=study.bundle,
        licence=study.provenance.license,
        ethics=study.provenance.ethics,
        dataset=study.provenance.dataset,
    )

"""Participant flow in the form of STARD 2015: received, left out and why, then who trained, validated and tested."""

from collections.abc import Mapping
from dataclasses import dataclass

from discgrade.publication.page.findings import Findings
from discgrade.publication.parts import part_sizes
from discgrade.records.cohort.flow import CohortSize, Stage
from discgrade.settings.run import HOLDOUT


@dataclass(frozen=True)
class Flow:
    """The flow: its stages from the top down, then the parts of the hold-out split, and those of the folds in words."""

    stages: tuple[Stage, ...]
    parts: Mapping[str, CohortSize]
    folds: str


def participants(found: Findings) -> Flow:
    """Return the flow of a study."""
    folds = found.splits[found.splits["split"] != HOLDOUT]
    scored = any(key.run.split == found.folds for key in found.study.scores)
    tested = found.tested(found.folds)
    words = ""
    if scored:
        words = (
            f"Cross-validation: the same patients in {folds['split'].nunique()} folds, each scored once: "
            f"{tested['patient'].nunique():,} patients, {len(tested):,} discs"
        )
    return Flow(found.flow.stages, part_sizes(found.discs, found.splits, HOLDOUT), words)

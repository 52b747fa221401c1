"""The flow of exclusions, `flow.json`: what was received and kept at each stage, and why the rest was not."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from discgrade.records.files import replacing
from discgrade.settings.model import Scale
from discgrade.settings.plain import plain, typed


@dataclass(frozen=True)
class Stage:
    """One stage of the flow.

    Attributes:
        unit: What is counted: files, readings, discs or patients.
        received: How many came in.
        excluded: How many were left out, by reason.
        kept: How many are left.
    """

    unit: str
    received: int
    excluded: Mapping[str, int]
    kept: int


@dataclass(frozen=True)
class CohortSize:
    """Patients and discs of a cohort at the end of the flow."""

    patients: int
    discs: int


@dataclass(frozen=True)
class Flow:
    """What became of everything that was received.

    Attributes:
        stages: Files, readings, discs and patients.
        reference: The reading that is the reference, in words.
        scales: Scales that the readings can be evaluated on, the finest first.
        raters: Number of readings by rater, and by number of the reading as text.
        cohorts: Size of each cohort by name.
        never_trained: Pseudonyms of the patients whom no model is trained on, those of the cohort `external`.
    """

    stages: tuple[Stage, ...]
    reference: str
    scales: tuple[Scale, ...]
    raters: Mapping[str, Mapping[str, int]]
    cohorts: Mapping[str, CohortSize]
    never_trained: tuple[str, ...] = ()


def write_flow(flow: Flow, path: Path) -> None:
    """Write a flow as JSON, whole or not at all."""
    with replacing(path) as partial:
        partial.write_text(json.dumps(plain(flow), indent=2) + "\n", encoding="utf-8")


def read_flow(path: Path) -> Flow:
    """Read a flow that `write_flow` wrote.

    Raises:
        TypeError: if it is another JSON file.
    """
    return typed(Flow, json.loads(path.read_text(encoding="utf-8")))

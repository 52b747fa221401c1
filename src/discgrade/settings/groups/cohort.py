"""The settings of the cohort: where scans and readings come from, and which reading is the truth."""

from dataclasses import dataclass
from typing import Literal

Source = Literal["phantom", "folder", "export", "rating", "volumes"]
Statistic = Literal["reading", "median"]


@dataclass(frozen=True)
class Reference:
    """Which reading is the truth (`cohort.reference`)."""

    statistic: Statistic
    rater: str
    reading: int


@dataclass(frozen=True)
class Phantom:
    """Size and seed of the invented cohort (`cohort.phantom`)."""

    primary: int
    supplemental: int
    reread: int
    second_rater: int
    seed: int


@dataclass(frozen=True)
class Cohort:
    """Where scans and readings come from (`cohort`)."""

    source: Source
    dicom: str | None
    ratings: str | None
    export: str | None
    volumes: str | None
    masks: str | None
    labels: str | None
    overview: str | None
    shards: int
    exclude_flagged: bool
    accept_regions: bool
    reference: Reference
    phantom: Phantom

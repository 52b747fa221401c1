"""The settings of a study as values: what the config says, checked, with every default filled in.

`config.yaml` explains each key; the schema next to this module bounds it, and is the one place of defaults: None stands
here for what a study may leave unsaid, and nothing else is left out. Names here are the config's, but for `name` of
a study and of a variant. Nothing below the edge (the Snakefile and the scripts) sees the config itself.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from discgrade.settings.groups.attribution import Provenance
from discgrade.settings.groups.bundle import Bundle
from discgrade.settings.groups.certainty import Certainty
from discgrade.settings.groups.cohort import Cohort
from discgrade.settings.groups.labels import Labels
from discgrade.settings.groups.locator import Locator
from discgrade.settings.groups.pseudo_labels import PseudoLabels
from discgrade.settings.groups.rating import Rating

Scale = Literal["fractional", "integral", "continuous"]
Score = Literal["as_read", "averaged", "augmented"]
Checkpoint = Literal["validation", "last", "scored"]
Unit = Literal["patient", "disc", "fold"]
Identifiers = Literal["original", "pseudonym"]
Pseudonym = Literal["keyed", "random"]
Region = Literal["drawn", "square"]
Border = Literal["edge", "reflect", "zero"]
Decoding = Literal["argmax", "median", "mean", "cuts"]
Optimizer = Literal["sgd", "adamw"]
Schedule = Literal["plateau", "cosine", "one_cycle"]
Taught = Literal["human", "pseudo", "reviewed", "without"]


@dataclass(frozen=True)
class Deidentify:
    """What is read, what an export may keep, and how pseudonyms are made (`deidentify`)."""

    keep_sex_and_age: bool
    keep_weight_and_size: bool
    pseudonym: Pseudonym
    follow_links: bool
    words: tuple[str, ...]


@dataclass(frozen=True)
class Ratings:
    """How the sheet of readings is read (`ratings`)."""

    identifiers: Identifiers
    exclude_faulty: bool
    columns: Mapping[str, str] = field(default_factory=dict)
    levels: Mapping[str, str] = field(default_factory=dict)
    grades: Mapping[str, str] = field(default_factory=dict)
    fill: Mapping[str, str] = field(default_factory=dict)
    propose: str | None = None


@dataclass(frozen=True)
class Splits:
    """How patients are assigned to the parts of each split (`splits`)."""

    holdout: float
    folds: int
    validation: float
    shares: tuple[int, ...]
    seed: int


@dataclass(frozen=True)
class Images:
    """Side of the network's input, and how a region becomes that square (`images`)."""

    resolution: int
    resolutions: tuple[int, ...]
    region: Region
    border: Border


@dataclass(frozen=True)
class Augmentation:
    """How many copies of each disc are made, and how far they may differ from it (`augmentation`)."""

    copies: int
    flip: float
    rotation: float
    zoom: float
    shift: float
    gamma: float
    seed: int


@dataclass(frozen=True)
class Plateau:
    """When the learning rate falls (`training.plateau`)."""

    monitor: Literal["val_loss", "loss"]
    factor: float
    patience: int


@dataclass(frozen=True)
class Training:
    """How a variant is trained: `training`, overridden by the variant's own keys."""

    loss: str
    scale: Scale
    class_weights: Literal["balanced"] | None
    backend: Literal["tensorflow", "jax", "torch"]
    precision: Literal["float32", "mixed_bfloat16"]
    threads: int
    deterministic: bool
    width: float
    epochs: int
    views: int | None
    length: Literal["epochs", "steps"]
    batch: int
    learning_rate: float
    optimizer: Optimizer
    momentum: float
    weight_decay: float
    schedule: Schedule
    plateau: Plateau
    dropout: float
    l2: float
    batch_norm_momentum: float
    softness: float | None
    decoding: Decoding
    network: str


@dataclass(frozen=True)
class Protocol:
    """What is scored, and which epoch becomes the model (`protocol`, overridden by a variant's)."""

    score: Score
    checkpoint: Checkpoint


@dataclass(frozen=True)
class Variant:
    """One entry of `variants`, complete.

    Attributes:
        name: Its key in the config.
        label: Its name in tables and figures; decides no result.
        training: How it is trained; of an ensemble that of its first member, with the ensemble's own decoding.
        protocol: How it is scored and its epoch chosen.
        members: The variants whose outputs an ensemble averages; none of a variant that is trained itself.
        labels: What it learns of the cohort that a model labels: what people read, the pseudo-labels as they are, those
            after review, or nothing at all.
    """

    name: str
    label: str
    training: Training
    protocol: Protocol
    members: tuple[str, ...] = ()
    labels: Taught = "human"


@dataclass(frozen=True)
class Grid:
    """Which runs are trained (`grid`); `variants` are those of the hold-out split, all where the config names none."""

    default: str
    variants: tuple[str, ...]
    folds: tuple[str, ...]
    seeds: tuple[int, ...]


@dataclass(frozen=True)
class Intervals:
    """How credible intervals are drawn (`intervals`); `show` is that of a narrower one next to them, if any."""

    probability: float
    draws: int
    seed: int
    show: float | None = None

    @property
    def inner(self) -> float | None:
        """Probability of the narrower interval that figures show as well; None where none is narrower."""
        return self.show if self.show is not None and self.show < self.probability else None


@dataclass(frozen=True)
class Report:
    """What figures and report may show (`report`).

    `compare_with_paper` is never None: where the config leaves it open, a phantom cohort is compared.
    """

    disc_pictures: bool
    compare_with_paper: bool


@dataclass(frozen=True)
class Study:
    """All settings of a study.

    `threads` and `gpus` are those of one training; `unit` is what the Bayesian bootstrap weighs (`protocol.unit`);
    `pseudo_labels` is None where all labels are the sheet's.
    """

    name: str
    cohort: Cohort
    deidentify: Deidentify
    ratings: Ratings
    splits: Splits
    images: Images
    augmentation: Augmentation
    threads: int
    gpus: int
    variants: Mapping[str, Variant]
    grid: Grid
    unit: Unit
    intervals: Intervals
    certainty: Certainty
    labels: Labels
    locator: Locator
    pseudo_labels: PseudoLabels | None
    report: Report
    rating: Rating
    bundle: Bundle
    provenance: Provenance

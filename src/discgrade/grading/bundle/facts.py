"""What `bundle.json` says: how a slice and a box become grades, how sure they are, and where all of it came from.

The JSON Schema beside this module says the same to other programs; docs/bundle.md says it in words.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from discgrade.imaging.locating.facts import LocatorFacts
from discgrade.imaging.sampling import Transform
from discgrade.reliability.certainty.calibration import Calibration
from discgrade.reliability.certainty.novelty import Novelty
from discgrade.settings.groups.attribution import Dataset
from discgrade.settings.model import Border, Decoding, Region, Scale

VERSION = 1
"""Of the format. It grows when a program that reads the older one would misunderstand the newer one."""
METRICS = {
    "kappa_linear": "Cohen's κ, linear weights",
    "accuracy": "accuracy",
    "within_one": "within one grade",
    "mae": "mean absolute error",
    "bias": "mean error",
    "pearson_r": "Pearson's r",
    "mcc": "Matthews correlation",
}
"""The scores that a bundle tells, all on the five integral grades, and their names."""


@dataclass(frozen=True)
class Member:
    """One network of the bundle.

    Attributes:
        file: Its ONNX file, relative to the bundle.
        sha256: Of that file's bytes.
        run: The training's folder below results/<study>/runs.
        variant: Variant that was trained.
        split: "holdout" or "fold-01" ...: what it was not trained on.
        seed: Seed of the training.
        takes_level: Whether the network takes the disc's level next to its image.
        embedding: Number of values that enter the last dense layer.
    """

    file: str
    sha256: str
    run: str
    variant: str
    split: str
    seed: int
    takes_level: bool
    embedding: int


@dataclass(frozen=True)
class LocatorMember:
    """The network that finds the discs on a slice.

    Attributes:
        file: Its ONNX file, relative to the bundle.
        sha256: Of that file's bytes.
        facts: What its input is made of, and how its output becomes boxes.
        lapse: Share of its boxes that are wrong however sure it is; a bundle.json without it does not name it.
    """

    file: str
    sha256: str
    facts: LocatorFacts
    lapse: float = 0.0


@dataclass(frozen=True)
class Preprocessing:
    """From a slice and a box to the networks' input: `imaging.roi.extract`, `imaging.sampling.sample`, `normalise`.

    Attributes:
        resolution: Side of the square input in pixels.
        region: How a region becomes that square.
        border: What fills the padding to it.
        views: What each network sees of a disc; its outputs are averaged over them. The disc as read comes first.
    """

    resolution: int
    region: Region
    border: Border
    views: tuple[Transform, ...]


@dataclass(frozen=True)
class Span:
    """From a low to a high value."""

    low: float
    high: float


@dataclass(frozen=True)
class Ages:
    """Ages of patients in years at the study, capped at 90."""

    low: float
    median: float
    high: float


@dataclass(frozen=True)
class Regions:
    """What the regions of interest of the training discs were like; None where no scan told it.

    Attributes:
        width: 1st and 99th percentile, in mm; as the region is shown, upright.
        height: The same of the height.
        aspect: The same of width by height.
        spacing: Smallest and largest side of a pixel in mm.
        contrast: 1st and 99th percentile of `imaging.roi.contrast`.
        obliquity: Smallest and largest angle between slice and sagittal plane in degrees.
    """

    width: Span | None
    height: Span | None
    aspect: Span
    spacing: Span | None
    contrast: Span
    obliquity: Span | None


@dataclass(frozen=True)
class Training:
    """Whom and what the members were trained on: all discs of the study that belong to a part of their splits.

    Attributes:
        patients: Number of patients.
        discs: Number of discs.
        grades: Number of discs of each reference grade, as in "2.3".
        levels: Number of discs of each level.
        manufacturers: Number of discs by manufacturer of the scanner, "unknown" included.
        field_strengths: Number of discs by field strength in T, as in "1.5"; "unknown" included.
        ages: Of the patients; None if no scan told them.
        sexes: Number of patients: F, M, O and "unknown".
        readers: Number of raters whose readings are the reference.
        regions: What the regions were like.
    """

    patients: int
    discs: int
    grades: Mapping[str, int]
    levels: Mapping[str, int]
    manufacturers: Mapping[str, int]
    field_strengths: Mapping[str, int]
    ages: Ages | None
    sexes: Mapping[str, int]
    readers: int
    regions: Regions


@dataclass(frozen=True)
class ScoreFact:
    """One score of the study, with its credible interval.

    Attributes:
        metric: Key of the metric, for example kappa_linear.
        value: The score.
        low: Lower bound of the interval.
        high: Upper bound of the interval.
        probability: Probability that the interval holds.
        n: Number of scored discs.
        how: On what it was obtained, in words.
    """

    metric: str
    value: float
    low: float
    high: float
    probability: float
    n: int
    how: str


@dataclass(frozen=True)
class BundleFacts:
    """All that `bundle.json` holds.

    Attributes:
        version: Of the format.
        name: Name of the study that made it.
        discgrade: Version of discgrade that made it.
        created: Date of the latest job record behind it, YYYY-MM-DD.
        scale: Scale of the members' outputs.
        grades: Grades of that scale, ascending, one an output; of the continuous scale those that it is rounded to.
        decoding: How the mean output becomes a grade.
        levels: Levels of the discs that it was trained on, from the head down.
        preprocessing: From slice and box to the members' input.
        members: The networks, whose outputs are averaged.
        calibration: From outputs to probabilities and sets; None if there were too few discs to fit it.
        novelty: How far an embedding lies from those of the training discs; None likewise.
        training: Whom and what it was trained on.
        scores: How good it is.
        noise_ceiling: What the raters' own agreement allows; empty if no disc was read twice.
        licence: URL of the licence; None: all rights reserved.
        citation: How to cite it, in words.
        dataset: Where images and readings came from.
        ethics: The ethics committee and its vote, in words.
        intended_use: What it is for, in words.
        limits: What it is not good for, one sentence each.
        parent: SHA-256 of the bundle.json that it was recalibrated from.
        provenance: Digest over the job records behind it.
        locator: What finds the discs; None: regions have to be given. A bundle.json without it does not name it.
    """

    version: int
    name: str
    discgrade: str
    created: str
    scale: Scale
    grades: tuple[float, ...]
    decoding: Decoding
    levels: tuple[str, ...]
    preprocessing: Preprocessing
    members: tuple[Member, ...]
    calibration: Calibration | None
    novelty: Novelty | None
    training: Training
    scores: tuple[ScoreFact, ...]
    noise_ceiling: tuple[ScoreFact, ...]
    licence: str | None
    citation: str | None
    dataset: Dataset | None
    ethics: str | None
    intended_use: str
    limits: tuple[str, ...]
    parent: str | None
    provenance: str
    locator: LocatorMember | None = None


def by_how(scores: Sequence[ScoreFact]) -> dict[str, list[ScoreFact]]:
    """Group scores by what they were obtained on, in words."""
    return {how: [score for score in scores if score.how == how] for how in dict.fromkeys(one.how for one in scores)}

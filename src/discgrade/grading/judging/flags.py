"""Why somebody should look at a graded disc: it is uncertain, or unlike what the bundle was trained on."""

from collections.abc import Iterator, Sequence
from typing import Literal

from discgrade.grades import LEVELS
from discgrade.grading.bundle.facts import BundleFacts, Span
from discgrade.grading.discs import Flag
from discgrade.grading.judging.grader import Grade
from discgrade.imaging.roi import Roi, contrast
from discgrade.imaging.scanners import usual_name
from discgrade.imaging.scans.headers import File

Kind = Literal[
    "wide_set", "members_disagree", "cut_off", "box_size", "box_shape", "spacing", "contrast", "obliquity",
    "manufacturer", "field_strength", "level", "novel", "found", "slice", "mask",
    "order",
]  # fmt: skip
KINDS: dict[Kind, str] = {
    "wide_set": "the set of likely grades holds more than two",
    "members_disagree": "the members' expected grades lie a grade or more apart",
    "cut_off": "the region is cut off by the edge of the image",
    "box_size": "the region is of unusual width or height",
    "box_shape": "the region is of unusual shape",
    "spacing": "the pixels are of unusual size, or nobody knows it",
    "contrast": "the region's contrast is unusual",
    "obliquity": "the slice lies unusually oblique",
    "manufacturer": "no training disc comes from a scanner of this manufacturer",
    "field_strength": "no training disc comes from a scanner of this field strength",
    "level": "no training disc is of this level",
    "novel": "the networks see the disc as unlike the training discs",
    "found": "the locator is unsure of the disc or of its level",
    "slice": "which slice shows the disc's middle is uncertain",
    "mask": "the mask of the disc looks implausible",
    "order": "the discs of the slice do not lie below one another as their levels say",
}
"""What may be unusual, in words."""

APART = 1.0
"""Grades between the lowest and the highest member from which on they disagree."""
_MOST_IN_SET = 2
_BARELY = 1.05
"""Ratio below which two digits would say "1 times as far"."""
_ROUNDING = 0.05
_NEAR_TESLA = 0.1


def flags(grade: Grade, roi: Roi, file: File, level: str, facts: BundleFacts) -> tuple[Flag, ...]:
    """Return what speaks for a look at a disc.

    Args:
        grade: What the bundle says of it.
        roi: Its region.
        file: Header of its file.
        level: The disc.
        facts: What the bundle knows.
    """
    found = [*_uncertain(grade, facts), *_region(roi, facts), *_scanner(file, facts)]
    if level not in facts.levels:
        found.append(Flag("level", f"{level}: the bundle was trained on {', '.join(facts.levels)}"))
    return tuple(found)


def _uncertain(grade: Grade, facts: BundleFacts) -> Iterator[Flag]:
    if len(grade.set) > _MOST_IN_SET:
        coverage = facts.calibration.coverage if facts.calibration is not None else 0.0
        yield Flag("wide_set", f"{coverage:.0%} certain is only that the grade is one of {_listed(grade.set)}")
    low, high = min(grade.members), max(grade.members)
    if high - low >= APART:
        yield Flag("members_disagree", f"the members expect grades from {low:.1f} to {high:.1f}")
    if facts.novelty is not None and grade.distance is not None and grade.distance > facts.novelty.threshold:
        ratio = grade.distance / facts.novelty.threshold
        far = "a little farther" if ratio < _BARELY else f"{ratio:.2g} times as far"
        than = "than" if ratio < _BARELY else "as"
        yield Flag("novel", f"it lies {far} from the training discs {than} 99 % of others do")


def _listed(numbers: tuple[int, ...]) -> str:
    return f"{', '.join(map(str, numbers[:-1]))} and {numbers[-1]}"


def _region(roi: Roi, facts: BundleFacts) -> Iterator[Flag]:
    known = facts.training.regions
    if roi.outside > 0:
        yield Flag("cut_off", f"{roi.outside:.0%} of the region lies outside the image")
    rows, columns = roi.pixels.shape
    if roi.spacing is not None:
        sizes = (("width", columns * roi.spacing, known.width), ("height", rows * roi.spacing, known.height))
        for name, length, span in sizes:
            if beyond := _beyond(length, span):
                yield Flag("box_size", f"{name} {length:.0f} mm{beyond}")
    if beyond := _beyond(columns / rows, known.aspect):
        yield Flag("box_shape", f"width by height {columns / rows:.2f}{beyond}")
    if roi.spacing is None:
        yield Flag("spacing", "the header does not say how large a pixel is")
    elif beyond := _beyond(roi.spacing, known.spacing):
        yield Flag("spacing", f"pixels of {roi.spacing:.2f} mm{beyond}")
    if beyond := _beyond(contrast(roi), known.contrast):
        yield Flag("contrast", f"contrast {contrast(roi):.2f}{beyond}")
    if roi.obliquity is not None and (beyond := _beyond(roi.obliquity, known.obliquity, 1.0)):
        yield Flag("obliquity", f"{roi.obliquity:.0f} degrees off the sagittal plane{beyond}")


def out_of_order(levels: Sequence[str], heights: Sequence[float]) -> set[int]:
    """Return which discs of a slice do not lie where their levels say: below all higher ones, above all lower ones.

    Args:
        levels: Levels of the discs; those that are none of the lumbar spine's are of no account.
        heights: Row of each region's centre on the upright slice.
    """
    discs = [
        (LEVELS.index(level), height, place)
        for place, (level, height) in enumerate(zip(levels, heights, strict=True))
        if level in LEVELS
    ]
    mixed = [(one[2], other[2]) for one in discs for other in discs if one[0] < other[0] and one[1] >= other[1]]
    return {place for pair in mixed for place in pair}


def _beyond(value: float, span: Span | None, margin: float = 0.0) -> str:
    """Return what training discs have, if a value lies outside; empty if not, or if nobody knows."""
    if span is None or span.low * (1 - _ROUNDING) - margin <= value <= span.high * (1 + _ROUNDING) + margin:
        return ""
    return f", training discs have {span.low:.3g} to {span.high:.3g}"


def _scanner(file: File, facts: BundleFacts) -> Iterator[Flag]:
    maker = usual_name(file.manufacturer)
    known = {usual_name(name) or name for name in facts.training.manufacturers} - {"unknown"}
    if known and maker is not None and maker not in known:
        yield Flag("manufacturer", f"{maker}: training discs come from {', '.join(sorted(known))}")
    strengths = [float(one) for one in facts.training.field_strengths if one != "unknown"]
    tesla = file.field_strength
    if strengths and tesla is not None and min(abs(tesla - one) for one in strengths) > _NEAR_TESLA:
        told = " and ".join(f"{one:g}" for one in sorted(strengths))
        yield Flag("field_strength", f"{tesla:g} T: training discs come from {told} T")


def uncertainty(grade: Grade, found: tuple[Flag, ...]) -> float:
    """Return how uncertain a disc is: the number of its flags, then how unlikely the given grade is.

    The order of the review list alone depends on it.
    """
    chance = 0.5 if grade.probabilities is None else grade.probabilities[grade.grade - 1]
    return len(found) + 1 - chance

"""Which regions of interest look wrong: measured against the cohort's own median and spread, level by level.

Distances are robust z-scores, (value - median) / (1.4826 MAD): some wrong rows move neither median nor MAD. What the
whole sheet has wrong does move them, and is told from anatomy instead (`cohort_flags`).
"""

import numpy as np
import pandas as pd

from discgrade.grades import LEVELS

FAR = 4.5
"""Robust standard deviations beyond which a region is flagged."""
NEARER = 3.0
"""Robust standard deviations beyond which a region is flagged if exchanging width and height halves them."""
OBLIQUE = 30.0
"""Degrees from the sagittal plane beyond which a slice is flagged."""
OUTSIDE = 0.25
"""Share of a region outside its slice beyond which it is flagged."""

SHORTEST_ECHO = 40.0
"""Echo time in ms below which a slice is flagged: that of T1 is 8 to 25, of proton density to 35, of T2 70 and more."""
SHORTEST_REPETITION = 1200.0
"""Repetition time in ms below which a slice with a short echo time is T1-weighted: that of T2 is 2,500 and more."""

_T1 = r"(?i)(?<![a-z0-9])t1(?![0-9])"
_SLICE = ["study_uid", "slice_width", "slice_height"]
_LEAST_SIZE = 0.1
_LEAST_PLACE = 0.03
_LEAST_STEP = 0.1


def disc_flags(rois: pd.DataFrame) -> pd.Series:
    """Say why regions of interest are flagged.

    Args:
        rois: One row a disc, lengths in one unit: study_uid, level, width, height, x and y of the centre from the
            slice's upper left corner, slice_width, slice_height, outside (share of the region), obliquity (degrees,
            NaN if unknown), scale (0 if the region has a single grey value), echo_time and repetition_time (ms, NaN if
            unknown) and series_description of the slice. Slices are turned upright.

    Returns:
        Reasons joined by "; ", empty where nothing is flagged; indexed as `rois`.
    """
    reasons = [*_size(rois), *_place(rois), *_step(rois), *_order(rois), *_image(rois), *_weighting(rois)]
    return pd.Series(["; ".join(filter(None, row)) for row in zip(*reasons, strict=True)], rois.index, dtype="str")


def cohort_flags(rois: pd.DataFrame) -> list[str]:
    """Say what the whole sheet seems to have wrong; arguments as in `disc_flags`.

    Lumbar discs lie below each other, and above L4/L5 a region that holds the ends of both vertebrae and some of the
    canal is wider than tall.
    """
    upper = rois[rois["level"].isin(LEVELS[:3])]
    steps = steps_of(rois)
    flags = []
    if len(upper) and (upper["height"] > upper["width"]).mean() > 0.75:
        flags.append("Most regions above L4/L5 are taller than wide. Are width and height swapped?")
    if len(steps) and (steps["x"].abs() > steps["y"].abs()).mean() > 0.5:
        flags.append("Most discs lie next to, not below, the next higher one. Are x and y swapped?")
    elif len(steps) and (steps["y"] < 0).mean() > 0.5:
        flags.append("Most discs lie above the next higher one. Does y count from the lower edge?")
    return flags


def _size(rois: pd.DataFrame) -> list[list[str]]:
    """Compare width, height and their ratio with the level's, on a logarithmic scale."""
    level, width, height = rois["level"], np.log(rois["width"]), np.log(rois["height"])
    norms = [_norm(value, level, _LEAST_SIZE) for value in (width, height, width - height)]

    def distances(across: pd.Series, along: pd.Series) -> list[pd.Series]:
        values = (across, along, across - along)
        return [(value - median) / spread for value, (median, spread) in zip(values, norms, strict=True)]

    far = distances(width, height)
    given, exchanged = (pd.concat(found, axis=1).abs().max(axis=1) for found in (far, distances(height, width)))
    swapped = (given > NEARER) & (exchanged < given / 2)
    reasons = [_say(swapped, "width and height swapped?")]
    for name, value, (median, _), distance in zip(("width", "height"), (width, height), norms, far, strict=False):
        reasons.append(
            _say((distance.abs() > FAR) & ~swapped, f"{{:.1f}} times the usual {name}", np.exp(value - median))
        )
    odd = (far[2].abs() > FAR) & (pd.concat(far[:2], axis=1).abs().max(axis=1) <= FAR) & ~swapped
    return [*reasons, _say(odd, "{:.1f} times the usual width to height", np.exp(width - height - norms[2][0]))]


def _place(rois: pd.DataFrame) -> list[list[str]]:
    """Compare the centre's place on the slice with the level's."""
    shares = [rois["x"] / rois["slice_width"], rois["y"] / rois["slice_height"]]
    far = pd.Series(False, rois.index)
    for share in shares:
        median, spread = _norm(share, rois["level"], _LEAST_PLACE)
        far |= ((share - median) / spread).abs() > FAR
    return [_say(far, "far from where its level usually lies")]


def _step(rois: pd.DataFrame) -> list[list[str]]:
    """Compare the way from the next higher disc of the study with the cohort's; an odd one flags both."""
    steps = steps_of(rois)
    least = _LEAST_STEP * float(np.median(np.hypot(steps["x"], steps["y"]))) if len(steps) else 1.0
    far = pd.Series(False, steps.index)
    for axis in ("x", "y"):
        median, spread = _norm(steps[axis], steps["pair"], least)
        far |= ((steps[axis] - median) / spread).abs() > FAR
    odd = [*steps.index[far], *steps.loc[far, "upper"]]
    return [_say(pd.Series(rois.index.isin(odd), rois.index), "out of line with its neighbour")]


def _order(rois: pd.DataFrame) -> list[list[str]]:
    """Find slices on which the discs follow each other from the feet to the head, whatever the rest of the cohort."""
    steps = steps_of(rois)
    slices = rois.loc[steps.index].groupby(_SLICE).ngroup()
    upwards = (steps["y"] < 0).groupby(slices).transform("all")
    odd = [*steps.index[upwards], *steps.loc[upwards, "upper"]]
    return [_say(pd.Series(rois.index.isin(odd), rois.index), "its levels run from the feet to the head")]


def steps_of(rois: pd.DataFrame) -> pd.DataFrame:
    """Return the way (x, y) of each disc's centre from the next higher disc of the same study and slice size.

    `rank` is how many levels lie between, 1 for neighbours, `pair` the two levels, `upper` the index of the higher one.
    """
    ranks = rois["level"].map(LEVELS.index).astype("int64")
    ordered = rois.assign(rank=ranks, upper=rois.index).sort_values("rank", kind="stable")
    same = ordered.groupby(_SLICE)
    steps = same[["x", "y", "rank"]].diff()
    above = same[["level", "upper"]].shift()
    return steps.assign(pair=above["level"] + ordered["level"], upper=above["upper"]).dropna().sort_index()


def _image(rois: pd.DataFrame) -> list[list[str]]:
    return [
        _say(rois["outside"] > OUTSIDE, "{:.0%} outside the slice", rois["outside"]),
        _say(rois["obliquity"] > OBLIQUE, "{:.0f}° off the sagittal plane", rois["obliquity"]),
        _say(rois["scale"] == 0, "a single grey value"),
    ]


def _weighting(rois: pd.DataFrame) -> list[list[str]]:
    """Find slices that are not T2-weighted: by their times, or by their description where these are unknown."""
    echo, repetition = rois["echo_time"], rois["repetition_time"]
    short = echo < SHORTEST_ECHO
    t1 = short & (repetition < SHORTEST_REPETITION)
    words = rois["series_description"].fillna("").str.contains(_T1) & ~(echo >= SHORTEST_ECHO)
    return [
        _say(t1, "T1-weighted? echo time {:g} ms", echo),
        _say(short & ~t1, "not T2-weighted? echo time {:g} ms", echo),
        _say(words & ~short, "T1-weighted by its description?"),
    ]


def _norm(values: pd.Series, by: pd.Series, least: float) -> tuple[pd.Series, pd.Series]:
    """Return the median of each value's group, and 1.4826 MAD, which is a normal distribution's standard deviation."""
    median = values.groupby(by).transform("median")
    spread = 1.4826 * (values - median).abs().groupby(by).transform("median")
    return median, spread.clip(lower=least)


def _say(where: pd.Series, text: str, values: pd.Series | None = None) -> list[str]:
    """Return for each row the text, with the row's value in it, or nothing where the condition does not hold."""
    numbers = [0.0] * len(where) if values is None else values
    return [text.format(number) if true else "" for true, number in zip(where, numbers, strict=True)]

"""Whether regions can be those of lumbar discs at all: judged by anatomy, not by the other regions of the sheet.

Lumbar discs of adults are 30 mm (SD 2.7, L1/L2) to 33 mm (SD 2.4, L4/L5) long from front to back and 10 to 14 mm high
in the middle ("Measuring dimensions of lumbar intervertebral discs in normal subjects", Anatomical Sciences Journal
10). With two standard deviations less, a region that holds a disc and anything of the canal is wider than 28 mm. On 407
slices of the Lumbar Spine MRI dataset (Sudirman et al., doi 10.17632/k57fr854j2) the regions of LSMA-PQR (Masood et
al., doi 10.17632/p3r4xd2488) are 36 to 90 mm wide, 24 to 95 mm high, and the median distance of neighbours is 35 mm, 28
to 42 mm in 98 % of the patients; those of the phantom are 42 to 59 mm wide, 16 to 38 mm high and 28 to 47 mm apart.
"""

from collections.abc import Iterator

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from discgrade.cohort.lengths import has_spacing, measures
from discgrade.cohort.outliers import cohort_flags, steps_of
from discgrade.readings.expected import FAR_BACK

WIDTH = (28.0, 110.0)
HEIGHT = (12.0, 110.0)
STEP = (27.0, 50.0)
"""Limits in mm of a region, and of the median distance between neighbouring discs."""
MEDIAN_WIDTH = (10.0, 140.0)
MEDIAN_HEIGHT = (5.0, 140.0)
"""Limits in mm beyond which no cohort is taken."""

_MOST, _HALF, _MARGIN = 0.9, 0.5, 0.05
_FEW = 5
"""Regions from which on their place alone tells that they were measured on another picture."""
_ROUNDED = 0.006
"""By how much a percentage with two decimals of a slice of about a hundred pixels misses a whole pixel."""
_RIGHT = 0.62
"""Share of the slice's width beyond which the median centre lies far back; 0.57 to 0.61 in the cohorts above."""


def implausible(lengths: pd.DataFrame) -> list[str]:
    """Say what the regions of each cohort as a whole have wrong; one sentence a cohort, the likely mistake first.

    Args:
        lengths: What `lengths.lengths_of` returns.
    """
    found = []
    for cohort, regions in lengths.groupby("cohort"):
        fault = next(_mistakes(regions), None)
        if fault:
            found.append(
                f"cohort {cohort}: {fault} Correct the sheet: x and y are the upper left corner of the region, width "
                "and height its extent, all in pixels of the slice as stored. If they are right as they are, set "
                "cohort.accept_regions: true"
            )
    return found


def _mistakes(regions: pd.DataFrame) -> Iterator[str]:
    width, height = regions["width"], regions["height"]
    right, bottom = regions["x"] + width, regions["y"] + height
    rows, columns = regions["rows"], regions["columns"]
    if ((width <= 1) & (height <= 1)).mean() > _HALF:
        yield "most regions are at most a pixel wide and high. Are they given as fractions of the slice?"
    if _are_percentages(regions):
        yield "the regions are whole pixels once they are taken as percentages of the slice. Are they in percent?"
    if alike := [name for name in ("x", "y") if _hardly_differs(regions[name])]:
        yield (
            f"most regions differ by less than a pixel in {' and '.join(alike)}. Is there a mark between thousands, or "
            "another unit?"
        )
    corners = (width > regions["x"]) & (height > regions["y"])
    if corners.mean() >= _MOST and ((right > columns) | (bottom > rows)).mean() > _HALF - 0.1:
        yield (
            "most regions are wider than x, higher than y, and reach beyond the slice. Are width and height the second "
            "corner?"
        )
    small = _too_small(regions)
    in_corner = ((right <= columns / 2) & (bottom <= rows / 2)).mean() >= _MOST
    if in_corner and (small or len(regions) >= _FEW):
        if max(right.quantile(0.95), bottom.quantile(0.95)) <= 100 and columns.median() > 200:
            yield "most regions lie in the upper left quarter of their slices, within 100 pixels. Are they in percent?"
        yield (
            "most regions lie in the upper left quarter of their slices. Were they measured on pictures of half the "
            "size?"
        )
    lowest = regions["centre_y"] == regions.groupby("study")["centre_y"].transform("max")
    beyond = (bottom > rows) & (regions["y"] + height / 2 <= rows)
    far_back = (regions["centre_x"] / regions["slice_width"]).median() > _RIGHT
    if far_back and beyond[lowest].mean() > _HALF:
        yield (
            "most of the lowest regions reach beyond the lower edge, and they lie far back. Are x and y the region's "
            "centre?"
        )
    yield from _of_no_disc(regions)
    yield from cohort_flags(measures(regions))


def _hardly_differs(values: pd.Series) -> bool:
    """Tell whether most places are within a pixel and yet not the same; those of discs in a few spines never are."""
    spread = values.quantile(1 - _MARGIN) - values.quantile(_MARGIN)
    return len(values) >= _FEW and bool(0 < spread < 1)


def _are_percentages(regions: pd.DataFrame) -> bool:
    """Tell whether numbers that are no whole pixels become whole ones if they are percentages of the slice."""
    sizes = {"x": "columns", "width": "columns", "y": "rows", "height": "rows"}
    given = np.concatenate([regions[name].to_numpy() for name in sizes])
    taken = np.concatenate([(regions[name] * regions[size] / 100).to_numpy() for name, size in sizes.items()])
    largest = max(float(regions["x"].max()), float(regions["y"].max()))

    def whole(values: NDArray[np.float64]) -> float:
        return float((np.abs(values - np.round(values)) <= _ROUNDED).mean())

    return len(given) >= 4 * _FEW and largest <= 100 and whole(taken) > 0.98 and whole(given) < _HALF


def _too_small(regions: pd.DataFrame) -> bool:
    """Tell whether a cohort's regions, or the distances between them, are smaller than any spine's."""
    known = regions[has_spacing(regions)]
    if known.empty:
        return False
    apart = _neighbours(known)
    across, down = _extent(known)
    sizes = across.median() < WIDTH[0] or down.median() < HEIGHT[0]
    return bool(sizes or (len(apart) and apart.median() < STEP[0]))


def _of_no_disc(regions: pd.DataFrame) -> Iterator[str]:
    known = regions[has_spacing(regions)]
    if known.empty:
        return
    across, down = (extent.median() for extent in _extent(known))
    if not (MEDIAN_WIDTH[0] <= across <= MEDIAN_WIDTH[1] and MEDIAN_HEIGHT[0] <= down <= MEDIAN_HEIGHT[1]):
        yield (
            f"the regions are {across:.0f} x {down:.0f} mm (median), which no lumbar disc's are. Were they measured on "
            "pictures of another size, or is the slices' pixel spacing wrong?"
        )


def _extent(regions: pd.DataFrame) -> tuple[pd.Series, pd.Series]:
    """Return the extent of regions in mm, from front to back and downwards."""
    return regions["across"] * regions["mm_across"], regions["down"] * regions["mm_down"]


def _neighbours(regions: pd.DataFrame) -> pd.Series:
    """Return the distances between neighbouring discs of a study."""
    apart = steps_of(measures(regions))
    neighbours = apart[apart["rank"] == 1]
    return pd.Series(np.hypot(neighbours["x"], neighbours["y"]), neighbours.index)


def size_flags(lengths: pd.DataFrame) -> pd.Series:
    """Say which regions are too small or large for a lumbar disc; empty elsewhere, and where no spacing is known."""
    known = has_spacing(lengths)
    across, down = _extent(lengths)
    wrong = known & ~(across.between(*WIDTH) & down.between(*HEIGHT))
    words = [
        f"{wide:.0f} x {high:.0f} mm: no lumbar disc's region" if true else ""
        for true, wide, high in zip(wrong, across, down, strict=True)
    ]
    return pd.Series(words, lengths.index, dtype="str")


def sheet_flags(lengths: pd.DataFrame) -> list[str]:
    """Say what is doubtful of a whole sheet without being impossible."""
    found = []
    if _too_small(lengths):
        found.append(
            "Most regions, or the distances between them, are smaller than a spine's. Were they measured on another "
            "picture, or is the pixel spacing wrong?"
        )
    if len(lengths) and (lengths["centre_x"] / lengths["slice_width"]).median() > FAR_BACK:
        found.append("Most regions lie far back. Are x and y the region's centre?")
    return found

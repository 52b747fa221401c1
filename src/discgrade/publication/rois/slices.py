"""Slices with the regions on them, in rows."""

from pathlib import Path

import cv2
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle
from matplotlib.patheffects import withStroke
from numpy.typing import NDArray

from discgrade.imaging.dicom import read_slice
from discgrade.publication.figures.drawing.style import INK, ORANGE, SKY, VERMILLION
from discgrade.publication.rois.table import FOUND, Slice

COLUMNS = 4
PANEL = 50.0
"""Height of a slice with its words, in mm."""
_MOST_PIXELS = 320
_Dashes = str | tuple[float, tuple[float, float]]
_DASHES: _Dashes = (0, (3, 2))


def draw_slices(page: Figure, table: pd.DataFrame, slices: list[Slice], export: Path | None) -> None:
    """Draw slices in rows at the foot of a page."""
    rows, height = rows_of(slices), page.get_figheight() * 25.4
    place = {"left": 0.02, "right": 0.98, "bottom": 8 / height, "top": (rows * PANEL - 2) / height}
    panels = list(page.subplots(rows, COLUMNS, gridspec_kw=place | {"wspace": 0.05, "hspace": 0.25}).flat)
    for axes, (image, frame) in zip(panels, slices, strict=False):
        _draw_slice(axes, table[(table["sop_instance_uid"] == image) & (table["frame"] == frame)], export)
    for axes in panels[len(slices) :]:
        axes.axis("off")


def rows_of(slices: list[Slice]) -> int:
    """Return the number of rows that slices fill, at least one."""
    return max(1, -(-len(slices) // COLUMNS))


def _draw_slice(axes: Axes, slice_: pd.DataFrame, export: Path | None) -> None:
    """Draw one slice with all its regions; what is flagged is red, its reason beneath."""
    place = slice_.iloc[0]
    extent = (0, place["columns"], place["rows"], 0)
    axes.set(xticks=[], yticks=[], xlim=extent[:2], ylim=extent[2:], facecolor=INK)
    axes.set_aspect(place["row_spacing"] / place["column_spacing"] if place["unit"] == "mm" else 1)
    if export is not None:
        picture = slice_picture(export / place["path"], int(place["frame"]))
        axes.imshow(picture, cmap="gray", extent=extent, aspect=axes.get_aspect(), interpolation="none")
    for region in slice_.to_dict("records"):
        colour = ORANGE if region["flag"] else SKY
        corner = (region["x"], region["y"])
        dashes = _DASHES if region["is_found"] else "-"
        axes.add_patch(_frame(corner, (region["width"], region["height"]), colour, dashes))
        x, y, width, height = (region[name] for name in FOUND)
        if not np.isnan(x):
            axes.add_patch(_frame((x, y), (width, height), colour, _DASHES))
        middle = region["y"] + region["height"] / 2
        name = axes.text(
            region["x"], middle, f"{region['level']} ", color=colour, fontsize=4.5, ha="right", va="center"
        )
        name.set_path_effects([withStroke(linewidth=1, foreground=INK)])
    axes.set_title(place["patient"][:24], fontsize=5, pad=2)
    flags = [f"{level}: {flag}" for level, flag in zip(slice_["level"], slice_["flag"], strict=True) if flag]
    axes.set_xlabel("\n".join(flags).replace("; ", ",\n"), fontsize=4.5, labelpad=2, color=VERMILLION)


def _frame(corner: tuple[float, float], size: tuple[float, float], colour: str, dashes: _Dashes) -> Rectangle:
    return Rectangle(corner, *size, fill=False, edgecolor=colour, linestyle=dashes)


def slice_picture(path: Path, frame: int) -> NDArray[np.uint8]:
    """Read a slice as 8-bit picture of at most 320 pixels a side, from its 1st to its 98th percentile."""
    pixels = read_slice(path, frame).pixels
    factor = min(1.0, _MOST_PIXELS / max(pixels.shape))
    smaller = cv2.resize(pixels, None, fx=factor, fy=factor, interpolation=cv2.INTER_AREA) if factor < 1 else pixels
    low, high = np.percentile(smaller, (1, 98))
    shown: NDArray[np.uint8] = np.clip(255 * (smaller - low) / max(high - low, 1e-6), 0, 255).astype(np.uint8)
    return shown

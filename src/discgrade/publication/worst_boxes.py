"""The ten slices on which a study's locator was furthest off: drawn boxes, and found ones dashed."""

from collections.abc import Hashable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle
from matplotlib.patheffects import withStroke

from discgrade import records
from discgrade.publication.figures.drawing.style import FULL, INK, ORANGE, SKY, VERMILLION, WRITTEN, styled
from discgrade.publication.rois.slices import slice_picture
from discgrade.records.cohort.boxes import BOXES
from discgrade.records.cohort.export import INSTANCES

SHOWN = 10
_COLUMNS = 5
_PANEL, _HEADER = 48.0, 10.0
"""Heights in mm: a slice with its words, and the title."""
_IMAGE = ["sop_instance_uid", "path", "rows", "columns", "row_spacing", "column_spacing"]
_EDGES = ["x", "y", "width", "height"]


@dataclass(frozen=True)
class WorstFiles:
    """The files to write: with the slices in any case, and for the report, where they are shown only if they may be."""

    pdf: Path
    png: Path


def draw_worst(*, boxes: Path, instances: list[Path], export: Path, files: WorstFiles, pictures: bool) -> None:
    """Draw the slices with the largest error of a box; a missed disc counts as the largest.

    Args:
        boxes: `boxes.BOXES`.
        instances: Each shard's exported images.
        export: Folder of the exported DICOM files.
        files: What to write.
        pictures: Whether the PNG shows the slices; without, boxes are drawn in empty frames.
    """
    table = records.read(boxes, BOXES).to_pandas()
    images = records.read_all(instances, INSTANCES, _IMAGE).to_pandas().drop_duplicates("sop_instance_uid")
    table = table.merge(images, on="sop_instance_uid", validate="many_to_one")
    slices = worst_slices(table)
    with styled(), records.replacing(files.pdf) as partial, records.replacing(files.png) as picture:
        _page(slices, export).savefig(partial, format="pdf", **WRITTEN["pdf"])
        public = _page(slices, export if pictures else None)
        public.savefig(picture, format="png", dpi=200, **WRITTEN["png"])


def worst_slices(table: pd.DataFrame) -> list[pd.DataFrame]:
    """Return the rows of the slices whose worst disc is furthest off, the worst first; of equals by name."""
    off = table["distance"].where(table["proposed"], np.inf).fillna(np.inf)
    by_slice = table.assign(off=off).groupby(["sop_instance_uid", "frame"])["off"].max().reset_index()
    order = by_slice.sort_values(["off", "sop_instance_uid", "frame"], ascending=[False, True, True])
    chosen = order.head(SHOWN)[["sop_instance_uid", "frame"]].itertuples(index=False, name=None)
    return [table[(table["sop_instance_uid"] == image) & (table["frame"] == frame)] for image, frame in chosen]


def _page(slices: list[pd.DataFrame], export: Path | None) -> Figure:
    rows = -(-len(slices) // _COLUMNS)
    height = _HEADER + rows * _PANEL
    page = Figure(figsize=(FULL / 25.4, height / 25.4))
    page.set_layout_engine("none")
    title = f"The {len(slices)} slices with the largest errors: drawn boxes, and found ones dashed (P: probability)"
    page.suptitle(title, x=0.02, y=1 - 2 / height, ha="left", va="top", fontsize=8)
    place = {"left": 0.02, "right": 0.98, "bottom": 10 / height, "top": (rows * _PANEL - 2) / height}
    panels = list(
        page.subplots(rows, _COLUMNS, squeeze=False, gridspec_kw=place | {"wspace": 0.05, "hspace": 0.3}).flat
    )
    for axes, slice_ in zip(panels, slices, strict=False):
        _draw_slice(axes, slice_, export)
    for axes in panels[len(slices) :]:
        axes.axis("off")
    return page


def _draw_slice(axes: Axes, slice_: pd.DataFrame, export: Path | None) -> None:
    place = slice_.iloc[0]
    extent = (0, place["columns"], place["rows"], 0)
    axes.set(xticks=[], yticks=[], xlim=extent[:2], ylim=extent[2:], facecolor=INK)
    axes.set_aspect(place["row_spacing"] / place["column_spacing"] if place["measured"] else 1)
    if export is not None:
        shown = slice_picture(export / place["path"], int(place["frame"]))
        axes.imshow(shown, cmap="gray", extent=extent, aspect=axes.get_aspect(), interpolation="none")
    for row in slice_.to_dict("records"):
        x, y, width, height = (row[name] for name in _EDGES)
        axes.add_patch(Rectangle((x, y), width, height, fill=False, edgecolor=SKY, linewidth=0.6))
        _name(axes, (x, y + height / 2), row["level"], SKY)
        if not pd.isna(row["found_x"]):
            x, y, width, height = (row[f"found_{name}"] for name in _EDGES)
            colour = ORANGE if row["proposed"] else VERMILLION
            look: dict[str, Any] = {"fill": False, "edgecolor": colour, "linestyle": (0, (3, 2)), "linewidth": 0.7}
            axes.add_patch(Rectangle((x, y), width, height, **look))
            _name(axes, (x + width, y + height / 2), row["level"], colour, side="left")
    axes.set_title(place["patient"][:24], fontsize=5, pad=2)
    axes.set_xlabel("\n".join(map(_words, slice_.to_dict("records"))), fontsize=4.5, labelpad=2)


def _name(axes: Axes, place: tuple[float, float], level: str, colour: str, side: str = "right") -> None:
    name = axes.text(*place, f" {level} ", color=colour, fontsize=4, ha=side, va="center")
    name.set_path_effects([withStroke(linewidth=1, foreground=INK)])


def _words(row: dict[Hashable, Any]) -> str:
    if pd.isna(row["distance"]):
        return f"{row['level']}: not seen"
    there = "" if row["proposed"] else ", not proposed"
    return f"{row['level']}: {row['distance']:.0f} mm off, P {row['probability']:.2f}{there}"

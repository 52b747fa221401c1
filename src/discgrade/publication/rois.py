"""Regions of interest on their slices, a sample and every flagged one: a swapped coordinate is seen at once."""

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.backends.backend_pdf import PdfPages
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle
from matplotlib.patheffects import withStroke
from numpy.typing import NDArray

from discgrade import records
from discgrade.cohort.lengths import IMAGE, STORED, has_spacing, lengths_of, measures
from discgrade.cohort.outliers import cohort_flags
from discgrade.cohort.plausibility import sheet_flags
from discgrade.grades import LEVELS
from discgrade.imaging.dicom import read_slice
from discgrade.publication.figures.drawing.style import BLUE, FULL, GREY, INK, ORANGE, SKY, VERMILLION, styled
from discgrade.records.cohort.boxes import BOXES
from discgrade.records.cohort.discs import DISCS
from discgrade.records.cohort.export import INSTANCES
from discgrade.records.cohort.regions import FLAGGED
from discgrade.records.columns import PLACE

_COLUMNS, _ROWS, _SAMPLED_ROWS = 4, 5, 4
_MOST_PAGES = 25
_MOST_PIXELS = 320
_HEADER, _SIZES, _PANEL = 10.0, 45.0, 50.0
"""Heights in mm: the title, the row of sizes, and a slice with its words."""
_PLACE = [column.name for column in PLACE]
_SLICE = ["sop_instance_uid", "frame"]
_FOUND = ["found_x", "found_y", "found_width", "found_height"]
_Dashes = str | tuple[float, tuple[float, float]]
_DASHES: _Dashes = (0, (3, 2))

_Slice = tuple[str, int]


@dataclass(frozen=True)
class Drawings:
    """The files to write.

    Attributes:
        pdf: Sizes and sample on the first page, the flagged ones on the next, up to 25.
        png: The first page, for the report.
        flagged: All flagged ones, up to 500 slices, for the report.
    """

    pdf: Path
    png: Path
    flagged: Path


def draw_rois(
    *,
    discs: Path,
    flagged: Path,
    instances: Sequence[Path],
    export: Path,
    files: Drawings,
    seed: int,
    pictures: bool,
    boxes: Path | None = None,
) -> None:
    """Draw the regions' sizes, a sample of slices with their regions, and every slice with a flagged one.

    Boxes that a locator found are dashed: next to the drawn ones by a locator that had not seen the patient, and those
    that stand for drawn ones.

    Args:
        discs: The cohort's discs, `discs.DISCS`.
        flagged: Regions that look wrong, left out of the cohort or not, `regions.FLAGGED`.
        instances: Each shard's exported images, `export.INSTANCES`.
        export: Folder of the exported DICOM files.
        files: What to write.
        seed: Seed of the sample.
        pictures: Whether the PNGs show the slices; without, regions are drawn in empty frames.
        boxes: What a locator found, `boxes.BOXES`; None: the study trains none.
    """
    table = regions(discs, flagged, instances, boxes)
    sample = _slices(table, seed)[: _COLUMNS * _SAMPLED_ROWS]
    odd = _slices(table[table["flag"] != ""], seed)
    metadata = dict.fromkeys(("CreationDate", "Creator", "Producer"))
    shown = export if pictures else None
    with (
        styled(),
        records.replacing(files.pdf) as partial,
        records.replacing(files.png) as picture,
        records.replacing(files.flagged) as every,
        PdfPages(partial, metadata=metadata) as pages,
    ):
        first = _first_page(table, sample, export)
        public = first if pictures else _first_page(table, sample, None)
        public.savefig(picture, format="png", dpi=200, metadata={"Software": None})
        pages.savefig(first)
        for page in _flagged_pages(table, odd, export):
            pages.savefig(page)
        _all_flagged(table, odd, shown).savefig(every, format="png", dpi=120, metadata={"Software": None})


def regions(discs: Path, flagged: Path, instances: Sequence[Path], boxes: Path | None = None) -> pd.DataFrame:
    """Join discs, flagged regions, images and found boxes.

    Returns:
        One row a disc, those that were left out since they are flagged last: columns of `records.columns.PLACE`,
        `path`, `rows`, `columns`, `row_spacing`, `column_spacing`, `unit` (mm; px where a spacing is unknown), `flag`,
        `is_found` (whether the region itself was found), `found_x` ... `found_height` of the box that was found next to
        it, missing where none was proposed, and what `cohort.lengths.lengths_of` adds.
    """
    kept: pd.DataFrame = records.read(discs, DISCS, [*_PLACE, "cohort", "region"]).to_pandas()
    odd = records.read(flagged, FLAGGED).to_pandas()
    left_out = odd[~odd["disc"].isin(kept["disc"])].drop(columns="flag").assign(cohort="")
    table = pd.concat([kept, left_out], ignore_index=True)
    table["is_found"] = table.pop("region") == "found"
    table = table.merge(_found(boxes), on="disc", how="left", validate="one_to_one")
    images = records.read_all(instances, INSTANCES, [*IMAGE, "path"]).to_pandas().drop_duplicates("sop_instance_uid")
    lengths = lengths_of(table, images).drop(columns=["level", "cohort", *STORED])
    table = table.merge(images.drop(columns="orientation"), on="sop_instance_uid", how="left", validate="many_to_one")
    flags = table["disc"].map(dict(zip(odd["disc"], odd["flag"], strict=True)))
    unit = "mm" if has_spacing(lengths).all() else "px"
    joined: pd.DataFrame = pd.concat([table, lengths], axis=1)
    return joined.assign(unit=unit, flag=flags.fillna("").astype("str"))


def _found(boxes: Path | None) -> pd.DataFrame:
    """Return the boxes that a locator proposes, by disc."""
    if boxes is None:
        return pd.DataFrame({name: [] for name in ("disc", *_FOUND)}).astype(
            {"disc": "str"} | dict.fromkeys(_FOUND, float)
        )
    found: pd.DataFrame = records.read(boxes, BOXES, ["disc", "proposed", *_FOUND]).to_pandas()
    return found[found.pop("proposed")]


def _first_page(table: pd.DataFrame, sample: list[_Slice], export: Path | None) -> Figure:
    measured, flagged = measures(table), table["flag"] != ""
    title = (
        f"{len(table):,} regions of {table['patient'].nunique():,} patients, {flagged.sum():,} flagged{_told(table)}"
    )
    warnings = [*cohort_flags(measured), *sheet_flags(table)]
    rows = _rows(sample)
    page = _page("\n".join([title, *warnings]), VERMILLION if warnings else INK, _SIZES + rows * _PANEL)
    _draw_sizes(page, measured, flagged, table["unit"].iloc[0])
    _draw_slices(page, table, sample, export)
    return page


def _told(table: pd.DataFrame) -> str:
    """Return what dashed boxes are, where there are any."""
    beside, instead = table["found_x"].notna().sum(), table["is_found"].sum()
    told = (f"{beside:,} found next to the drawn" if beside else "", f"{instead:,} found, not drawn" if instead else "")
    return f"; dashed: {', '.join(filter(None, told))}" if beside or instead else ""


def _all_flagged(table: pd.DataFrame, slices: list[_Slice], export: Path | None) -> Figure:
    """Return one page of all flagged slices, or an empty one that says that there is none."""
    drawn = slices[: _MOST_PAGES * _COLUMNS * _ROWS]
    if not drawn:
        return _page("No region is flagged.", INK, 0)
    more = f", of {len(slices):,}" if len(slices) > len(drawn) else ""
    page = _page(f"{len(drawn):,} slices with flagged regions{more}", INK, _rows(drawn) * _PANEL)
    _draw_slices(page, table, drawn, export)
    return page


def _flagged_pages(table: pd.DataFrame, slices: list[_Slice], export: Path) -> Iterator[Figure]:
    size = _COLUMNS * _ROWS
    for start in range(0, min(len(slices), _MOST_PAGES * size), size):
        batch = slices[start : start + size]
        title = f"Slices with flagged regions, {start + 1} to {start + len(batch)} of {len(slices):,}"
        page = _page(title, INK, _rows(batch) * _PANEL)
        _draw_slices(page, table, batch, export)
        yield page


def _page(title: str, colour: str, height: float) -> Figure:
    """Return an empty page of a height in mm beneath its title."""
    page = Figure(figsize=(FULL / 25.4, (_HEADER + height) / 25.4))
    page.set_layout_engine("none")
    page.suptitle(title, x=0.02, y=1 - 2 / (_HEADER + height), ha="left", va="top", fontsize=8, color=colour)
    return page


def _rows(slices: list[_Slice]) -> int:
    return max(1, -(-len(slices) // _COLUMNS))


def _draw_sizes(page: Figure, measured: pd.DataFrame, flagged: pd.Series, unit: str) -> None:
    """Draw width against height, level by level; above the diagonal a region is taller than wide."""
    height = page.get_figheight() * 25.4
    levels = [level for level in LEVELS if (measured["level"] == level).any()]
    place = {
        "top": 1 - (_HEADER + 5) / height,
        "bottom": 1 - (_HEADER + _SIZES - 12) / height,
        "left": 0.06,
        "right": 0.99,
    }
    panels = page.subplots(1, len(levels), sharex=True, sharey=True, squeeze=False, gridspec_kw=place)[0]
    largest = float(measured[["width", "height"]].max().max()) * 1.05
    for axes, level in zip(panels, levels, strict=True):
        axes.set(title=level, xlim=(0, largest), ylim=(0, largest), aspect="equal", xlabel=f"Width ({unit})")
        axes.axline((0, 0), slope=1, color=GREY, linewidth=0.5)
        for which, colour, size in ((~flagged, BLUE, 2), (flagged, VERMILLION, 8)):
            own = measured[which & (measured["level"] == level)]
            axes.scatter(own["width"], own["height"], size, colour, linewidths=0, alpha=0.6, rasterized=True)
    panels[0].set_ylabel(f"Height ({unit})")


def _draw_slices(page: Figure, table: pd.DataFrame, slices: list[_Slice], export: Path | None) -> None:
    """Draw slices in rows at the foot of a page."""
    rows, height = _rows(slices), page.get_figheight() * 25.4
    place = {"left": 0.02, "right": 0.98, "bottom": 8 / height, "top": (rows * _PANEL - 2) / height}
    panels = list(page.subplots(rows, _COLUMNS, gridspec_kw=place | {"wspace": 0.05, "hspace": 0.25}).flat)
    for axes, (image, frame) in zip(panels, slices, strict=False):
        _draw_slice(axes, table[(table["sop_instance_uid"] == image) & (table["frame"] == frame)], export)
    for axes in panels[len(slices) :]:
        axes.axis("off")


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
        x, y, width, height = (region[name] for name in _FOUND)
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


def _slices(table: pd.DataFrame, seed: int) -> list[_Slice]:
    """Return the slices that hold a table's discs, in the order of a hash of seed, image and frame."""

    def digest(slice_: _Slice) -> bytes:
        return hashlib.sha256(f"{seed}/{slice_[0]}/{slice_[1]}".encode()).digest()

    return sorted(set(table[_SLICE].itertuples(index=False, name=None)), key=digest)

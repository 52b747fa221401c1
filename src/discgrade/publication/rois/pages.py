"""Pages of regions: their sizes and a sample on the first, then every flagged one."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import pandas as pd
from matplotlib.backends.backend_pdf import PdfPages
from matplotlib.figure import Figure

from discgrade import records
from discgrade.cohort.lengths import measures
from discgrade.cohort.outliers import cohort_flags
from discgrade.cohort.plausibility import sheet_flags
from discgrade.grades import LEVELS
from discgrade.publication.figures.drawing.style import BLUE, FULL, GREY, INK, VERMILLION, WRITTEN, styled
from discgrade.publication.rois.slices import COLUMNS, PANEL, draw_slices, rows_of
from discgrade.publication.rois.table import Slice, regions, slices_of

_ROWS, _SAMPLED_ROWS = 5, 4
_MOST_PAGES = 25
_HEADER, _SIZES = 10.0, 45.0
"""Heights in mm: the title, and the row of sizes."""


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
    sample = slices_of(table, seed)[: COLUMNS * _SAMPLED_ROWS]
    odd = slices_of(table[table["flag"] != ""], seed)
    shown = export if pictures else None
    with (
        styled(),
        records.replacing(files.pdf) as partial,
        records.replacing(files.png) as picture,
        records.replacing(files.flagged) as every,
        PdfPages(partial, **WRITTEN["pdf"]) as pages,
    ):
        first = _first_page(table, sample, export)
        public = first if pictures else _first_page(table, sample, None)
        public.savefig(picture, format="png", dpi=200, **WRITTEN["png"])
        pages.savefig(first)
        for page in _flagged_pages(table, odd, export):
            pages.savefig(page)
        _all_flagged(table, odd, shown).savefig(every, format="png", dpi=120, **WRITTEN["png"])


def _first_page(table: pd.DataFrame, sample: list[Slice], export: Path | None) -> Figure:
    measured, flagged = measures(table), table["flag"] != ""
    title = (
        f"{len(table):,} regions of {table['patient'].nunique():,} patients, {flagged.sum():,} flagged{_told(table)}"
    )
    warnings = [*cohort_flags(measured), *sheet_flags(table)]
    rows = rows_of(sample)
    page = _page("\n".join([title, *warnings]), VERMILLION if warnings else INK, _SIZES + rows * PANEL)
    _draw_sizes(page, measured, flagged, table["unit"].iloc[0])
    draw_slices(page, table, sample, export)
    return page


def _told(table: pd.DataFrame) -> str:
    """Return what dashed boxes are, where there are any."""
    beside, instead = table["found_x"].notna().sum(), table["is_found"].sum()
    told = (f"{beside:,} found next to the drawn" if beside else "", f"{instead:,} found, not drawn" if instead else "")
    return f"; dashed: {', '.join(filter(None, told))}" if beside or instead else ""


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


def _all_flagged(table: pd.DataFrame, slices: list[Slice], export: Path | None) -> Figure:
    """Return one page of all flagged slices, or an empty one that says that there is none."""
    drawn = slices[: _MOST_PAGES * COLUMNS * _ROWS]
    if not drawn:
        return _page("No region is flagged.", INK, 0)
    more = f", of {len(slices):,}" if len(slices) > len(drawn) else ""
    page = _page(f"{len(drawn):,} slices with flagged regions{more}", INK, rows_of(drawn) * PANEL)
    draw_slices(page, table, drawn, export)
    return page


def _flagged_pages(table: pd.DataFrame, slices: list[Slice], export: Path) -> Iterator[Figure]:
    size = COLUMNS * _ROWS
    for start in range(0, min(len(slices), _MOST_PAGES * size), size):
        batch = slices[start : start + size]
        title = f"Slices with flagged regions, {start + 1} to {start + len(batch)} of {len(slices):,}"
        page = _page(title, INK, rows_of(batch) * PANEL)
        draw_slices(page, table, batch, export)
        yield page


def _page(title: str, colour: str, height: float) -> Figure:
    """Return an empty page of a height in mm beneath its title."""
    page = Figure(figsize=(FULL / 25.4, (_HEADER + height) / 25.4))
    page.set_layout_engine("none")
    page.suptitle(title, x=0.02, y=1 - 2 / (_HEADER + height), ha="left", va="top", fontsize=8, color=colour)
    return page

"""One look for all figures: their sizes, colours and numbers, and how a figure is drawn and written."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from textwrap import fill
from typing import Any

import matplotlib.style
from fontTools import subset
from fontTools.ttLib import TTFont
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.layout_engine import ConstrainedLayoutEngine
from matplotlib.transforms import Bbox

from discgrade import records
from discgrade.publication.figures.drawing.files import FigureFiles
from discgrade.publication.figures.drawing.words import FigureWords, write_words

STYLE = Path(__file__).with_name("discgrade.mplstyle")

COLUMN = 85.0
"""Width of one printed column in mm."""
FULL = 175.0
"""Width of the printed page in mm."""
TALL = 235.0
"""Height of the printed page in mm: what a figure of many panels keeps to as far as it stays legible."""

_SLIP = 20.0
"""Height in mm of a figure that has nothing to draw."""
WRITTEN: dict[str, dict[str, Any]] = {
    "pdf": {"metadata": dict.fromkeys(("CreationDate", "Creator", "Producer"))},
    "png": {"metadata": {"Software": None}, "pil_kwargs": {"compress_level": 3}},
    "svg": {"metadata": {"Date": None, "Creator": None}},
}
"""How each kind of picture is written: without a date or a program's name, and quickly for a few more bytes."""
_PLACES = 7
"""Decimals of a panel's place, in widths and heights of the figure."""
_LAYOUT_TABLES = frozenset({"GDEF", "GPOS", "GSUB", "MATH", "kern"})
"""Tables of a font that place its letters, which a drawn text needs no more."""
STRIP = 3.5
"""Height in mm of the line that says that data are simulated."""
SIMULATED = "Simulated data, no patients"

Paint = Callable[[Figure, float], None]
"""Draws a figure of a width in mm."""

# Okabe and Ito's colours, told apart with every common colour blindness; blue and orange also in black and white.
BLUE, ORANGE, GREEN, VERMILLION, SKY, PURPLE = "#0072B2", "#E69F00", "#009E73", "#D55E00", "#56B4E9", "#CC79A7"
INK, GREY, PALE = "#262626", "#8C8C8C", "#E0E0E0"

GRADE_COLOURS = {1.0: BLUE, 2.0: SKY, 3.0: GREEN, 4.0: ORANGE, 5.0: VERMILLION}
ON_GRID: dict[str, Any] = {"fontsize": 6, "bbox": {"facecolor": "white", "edgecolor": "none", "pad": 0.6}}
"""How a number is written over grid lines."""
MARKERS = ("o", "s", "^", "D", "v", "P")


def draw(
    files: FigureFiles, words: FigureWords, paint: Paint, *, height: Callable[[float], float], simulated: bool
) -> None:
    """Draw a figure at the width of a page and of a column, each as PDF, 300 dpi PNG and SVG, and write its words.

    The same figure gives the same bytes: the files carry no date and no program's name.

    Args:
        files: Where.
        words: What is said of it; where it says that there is nothing to draw, the pictures are slips with the reason.
        paint: Draws into an empty figure in the project's style.
        height: Printed height in mm, of the width in mm.
        simulated: Whether the picture says that its data are.
    """
    pictures = {FULL: (files.pdf, files.png, files.svg), COLUMN: (files.column_pdf, files.column_png, files.column_svg)}
    with styled():
        for width, paths in pictures.items():
            tall = _SLIP if words.absent else height(width)
            figure = Figure(figsize=(width / 25.4, tall / 25.4), layout="constrained")
            if words.absent:
                _say(figure, words.absent, width)
            else:
                paint(figure, width)
            if simulated:
                _stamp(figure, tall)
            lay_out(figure)
            _save(figure, paths)
    write_words(words, files.words)


def is_narrow(width: float) -> bool:
    """Return whether panels of a figure stand one above the other."""
    return width < FULL


def _say(figure: Figure, reason: str, width: float) -> None:
    """Turn a figure into a slip that says why there is nothing to draw."""
    figure.text(0.5, 0.55, fill(reason, int(0.62 * width)), ha="center", va="center")


def _stamp(figure: Figure, tall: float) -> None:
    """Say below the drawing that its data are simulated; a figure that lays itself out leaves room for it."""
    strip = STRIP / tall
    engine = figure.get_layout_engine()
    if isinstance(engine, ConstrainedLayoutEngine):
        engine.set(rect=(0, strip, 1, 1 - strip))
    figure.text(0.995, 0.2 * strip, SIMULATED, ha="right", va="bottom", fontsize=6, color=GREY)


def _save(figure: Figure, paths: Sequence[Path]) -> None:
    """Write a figure as PDF, PNG and SVG."""
    for path in paths:
        kind = path.suffix[1:]
        with records.replacing(path) as partial, _lean_fonts():
            figure.savefig(partial, format=kind, **WRITTEN[kind])


@contextmanager
def _lean_fonts() -> Iterator[None]:
    """Embed fonts without the tables that a layout needs, which is done by then: cutting them down takes longest."""
    usual = subset.load_font

    def load(*arguments: object, **options: object) -> TTFont:
        font = usual(*arguments, **options)
        for table in _LAYOUT_TABLES.intersection(font.keys()):
            del font[table]
        return font

    setattr(subset, "load_font", load)  # noqa: B010 - a function to mypy
    try:
        yield
    finally:
        setattr(subset, "load_font", usual)  # noqa: B010


def lay_out(figure: Figure) -> None:
    """Fix the places of all panels, once: all files show the same picture, and no draw lays out again.

    The solver takes its unknowns in the order of their addresses in memory: the last digits are left out.
    """
    engine = figure.get_layout_engine()
    if engine is not None and figure.axes:
        engine.execute(figure)
        for axes in figure.axes:
            axes.set_position(Bbox(axes.get_position(original=True).get_points().round(_PLACES)))
    figure.set_layout_engine(None)


@contextmanager
def styled() -> Iterator[None]:
    """Draw in the project's style, whatever the user's own matplotlib settings are."""
    with matplotlib.style.context(STYLE, after_reset=True):
        yield


def letter(axes: Axes, name: str) -> None:
    """Name a panel A, B ... at its upper left corner, left of the title."""
    axes.annotate(
        name,
        xy=(0, 1),
        xycoords="axes fraction",
        xytext=(-3, 5),
        textcoords="offset points",
        ha="right",
        va="bottom",
        fontsize=8,
        fontweight="bold",
    )


def grade_text(grade: float) -> str:
    """Write a grade as raters do: 2 and 2.3."""
    return f"{grade:g}"


def wrapped(title: str, characters: int = 19, lines: int | None = None) -> str:
    """Break a title into lines, so many at most; 19 characters fit over a panel of a fifth of the page."""
    return fill(title, characters, break_on_hyphens=False, max_lines=lines, placeholder="…")


def number(value: float) -> str:
    """Write a score with two decimals and a real minus sign, zero without one."""
    return f"{round(value, 2) + 0.0:.2f}".replace("-", "\N{MINUS SIGN}")

"""One look for all figures: their sizes, colours and numbers, and how a figure is drawn and written."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from textwrap import fill
from typing import Any

import matplotlib.style
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from discgrade import records
from discgrade.publication.figures.files import FigureFiles

STYLE = Path(__file__).with_name("discgrade.mplstyle")

COLUMN = 86.0
"""Width of one printed column in mm."""
FULL = 178.0
"""Width of the printed page in mm."""

SLIP = 20.0
"""Height in mm of a figure that has nothing to draw."""

# Okabe and Ito's colours, told apart with every common colour blindness; blue and orange also in black and white.
BLUE, ORANGE, GREEN, VERMILLION, SKY, PURPLE = "#0072B2", "#E69F00", "#009E73", "#D55E00", "#56B4E9", "#CC79A7"
INK, GREY, PALE = "#262626", "#8C8C8C", "#E0E0E0"

GRADE_COLOURS = {1.0: BLUE, 2.0: SKY, 3.0: GREEN, 4.0: ORANGE, 5.0: VERMILLION}
ON_GRID: dict[str, Any] = {"fontsize": 6, "bbox": {"facecolor": "white", "edgecolor": "none", "pad": 0.6}}
"""How a number is written over grid lines."""
MARKERS = ("o", "s", "^", "D", "v", "P")


@contextmanager
def drawing(files: FigureFiles, *, width: float, height: float) -> Iterator[Figure]:
    """Yield an empty figure in the project's style; when the block ends well, write it as PDF and as 300 dpi PNG.

    The same figure gives the same bytes: the files carry no date and no program's name.

    Args:
        files: Its `pdf` and `png` are written.
        width: Printed width in mm, COLUMN or FULL.
        height: Printed height in mm.
    """
    with styled():
        figure = Figure(figsize=(width / 25.4, height / 25.4), layout="constrained")
        yield figure
        lay_out(figure)
        with records.replacing(files.pdf) as partial:
            figure.savefig(partial, format="pdf", metadata=dict.fromkeys(("CreationDate", "Creator", "Producer")))
        with records.replacing(files.png) as partial:
            figure.savefig(partial, format="png", metadata={"Software": None})


def lay_out(figure: Figure) -> None:
    """Fix the places of all panels, once: both files show the same picture, and no draw lays out again."""
    engine = figure.get_layout_engine()
    if engine is not None and figure.axes:
        engine.execute(figure)
    figure.set_layout_engine(None)


@contextmanager
def styled() -> Iterator[None]:
    """Draw in the project's style, whatever the user's own matplotlib settings are."""
    with matplotlib.style.context(STYLE, after_reset=True):
        yield


def say(figure: Figure, reason: str) -> None:
    """Turn a figure into a slip that says why there is nothing to draw."""
    figure.set_figheight(SLIP / 25.4)
    figure.text(0.5, 0.5, reason, ha="center", va="center", wrap=True)


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


def wrapped(title: str, characters: int = 19) -> str:
    """Break a title into lines; 19 characters fit over a panel of a fifth of the page."""
    return fill(title, characters, break_on_hyphens=False)


def number(value: float) -> str:
    """Write a score with two decimals and a real minus sign, zero without one."""
    return f"{round(value, 2) + 0.0:.2f}".replace("-", "\N{MINUS SIGN}")

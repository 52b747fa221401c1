"""The drawing of the package's rooms, floor by floor. `python docs/hooks/house.py` writes it to docs/house.svg."""

from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

INK, LINE, QUIET = "#22313a", "#546e7a", "#455a64"
WIDTH, HEIGHT, ROOF, STOREY, GAP = 1000, 700, 200, 112, 12
INSIDE = (76, 848)
"""Left edge and width of what stands on a floor."""


class Floor(NamedTuple):
    """Rooms that may stand on what is below them.

    Attributes:
        label: What the floor is for.
        colour: Its background.
        rooms: Name of each room, and what it is for in one or two lines.
    """

    label: str
    colour: str
    rooms: dict[str, tuple[str, ...]]


FLOORS = [
    Floor(
        "ground: what everybody stands on",
        "#eceff1",
        {
            "settings": ("checked config,", "grid of runs"),
            "records": ("schemas, reader,", "writer of tables"),
            "grades": ("scales,", "decoding"),
            "host": ("process,", "machine, GPU"),
            "forkserver": ("short jobs", "start at once"),
            "keyed": ("randomness", "by key"),
            "private": ("who may read", "what identifies"),
        },
    ),
    Floor(
        "first floor: what a scan and a reading are",
        "#e0f2f1",
        {
            "imaging": ("DICOM slices,", "regions of interest"),
            "readings": ("the sheet, its rules,", "the reference grade"),
            "reliability": ("scores, bootstrap,", "paired comparisons"),
        },
    ),
    Floor(
        "second floor: what is done with them",
        "#e3f2fd",
        {
            "phantom": ("invented spines,", "scans, readings"),
            "deidentification": ("what may leave, and", "under which name"),
            "cohort": ("selection, flow,", "splits, outliers"),
            "learning": ("the loop; the task", "of grading"),
            "grading": ("new scans: bundle,", "pages, DICOM SR"),
            "rating": ("the page on which", "raters read"),
        },
    ),
    Floor(
        "third floor: what is said of it",
        "#fff3e0",
        {
            "publication": ("tables, figures,", "wording, report"),
            "provenance": ("records, trace,", "verify, crate"),
        },
    ),
]
"""The floors, from the ground up."""

_ABOVE = [
    (500, 96, "Snakefile, rules/", "which step makes which file, and when"),
    (300, 150, "workflow_scripts/", "one script a rule: names in, names out"),
    (700, 150, "discgrade", "the command, for what stands alone"),
]


def house() -> str:
    """Return the drawing as SVG."""
    return "\n".join([*_frame(), *_roof(), *_floors(), *_ground(), "</svg>"]) + "\n"


def _frame() -> Iterator[str]:
    yield (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" role="img" aria-labelledby="title" '
        'font-family="DejaVu Sans, Verdana, Arial, sans-serif">'
    )
    yield '<title id="title">The rooms of the package: each imports only from floors below it</title>'
    yield f'<rect width="{WIDTH}" height="{HEIGHT}" rx="8" fill="#ffffff"/>'


def _roof() -> Iterator[str]:
    yield f'<path d="M40 {ROOF - 14} L500 22 L960 {ROOF - 14} Z" fill="#cfd8dc" stroke="{LINE}" stroke-width="2"/>'
    for x, y, name, words in _ABOVE:
        yield _text(x, y, name, 15, name=True)
        yield _text(x, y + 21, words, 13)


def _floors() -> Iterator[str]:
    for place, floor in enumerate(reversed(FLOORS)):
        top = ROOF + place * STOREY
        yield f'<rect x="60" y="{top}" width="880" height="{STOREY}" fill="{floor.colour}" stroke="{LINE}"/>'
        yield f'<text x="72" y="{top + 18}" font-size="12" fill="{QUIET}">{floor.label}</text>'
        width = (INSIDE[1] - GAP * (len(floor.rooms) - 1)) / len(floor.rooms)
        for number, (name, words) in enumerate(floor.rooms.items()):
            yield from _room(INSIDE[0] + number * (width + GAP), top, width, name, words)


def _room(left: float, top: int, width: float, name: str, words: tuple[str, ...]) -> Iterator[str]:
    yield (
        f'<rect x="{left:g}" y="{top + 28}" width="{width:g}" height="{STOREY - 40}" rx="5" fill="#ffffff" '
        f'stroke="{LINE}"/>'
    )
    yield _text(left + width / 2, top + 50, name, 14 if width > 140 else 13, name=True)
    for number, line in enumerate(words):
        yield _text(left + width / 2, top + 70 + 16 * number, line, 12)


def _ground() -> Iterator[str]:
    bottom = ROOF + STOREY * len(FLOORS)
    yield f'<path d="M20 {bottom} H980" stroke="{LINE}" stroke-width="4"/>'
    rule = "A room imports from floors below it, never from above; rooms of the upper floors do not import each other."
    yield _text(WIDTH / 2, bottom + 28, rule, 13)


def _text(x: float, y: float, words: str, size: float, name: bool = False) -> str:
    style = ' font-weight="bold" font-family="DejaVu Sans Mono, monospace"' if name else ""
    return f'<text x="{x:g}" y="{y:g}" font-size="{size:g}" text-anchor="middle" fill="{INK}"{style}>{words}</text>'


if __name__ == "__main__":
    Path(__file__).parents[1].joinpath("house.svg").write_text(house(), encoding="utf-8")

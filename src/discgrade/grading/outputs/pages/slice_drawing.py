"""Slices and discs as SVG: the picture, with boxes and words that stay sharp at any size."""

from collections.abc import Iterator

from discgrade.grading.discs import GradedDisc, GradedStudy
from discgrade.grading.outputs.pages.html import data_uri, text
from discgrade.grading.outputs.pages.pictures import DISC_HEIGHT, DISC_WIDTH
from discgrade.grading.outputs.pages.views import DiscView, SliceView
from discgrade.imaging.box import Box

_LABEL = 1 / 26  # height of writing by the longer side of a slice
_WIDE = 0.62  # width of a character by its height


def slice_drawing(study: GradedStudy, view: SliceView) -> str:
    """Return a slice with boxes, levels and grades."""
    discs = [study.discs[number] for number in view.discs]
    told = ", ".join(f"{disc.place.level} grade {disc.grade}" for disc in discs)
    marks = "".join(_mark(disc, box, view) for disc, box in zip(discs, view.boxes, strict=True))
    return _svg(view.picture, view.columns, view.rows, f"Slice with {told}", marks + "".join(_sides(view)))


def disc_drawing(disc: GradedDisc, view: DiscView) -> str:
    """Return an enlarged disc with its region."""
    return _svg(view.picture, DISC_WIDTH, DISC_HEIGHT, f"{disc.place.level}, enlarged", _rectangle(view.box, disc))


def _svg(png: bytes, width: int, height: int, told: str, marks: str) -> str:
    return (
        f'<svg viewBox="0 0 {width} {height}" role="img" aria-label="{text(told)}">'
        f'<image href="{data_uri(png)}" width="{width}" height="{height}"/>{marks}</svg>'
    )


def _rectangle(box: Box, disc: GradedDisc) -> str:
    kind = "box found" if disc.place.region == "found" else "box"
    return f'<rect class="{kind}" x="{box.x:.1f}" y="{box.y:.1f}" width="{box.width:.1f}" height="{box.height:.1f}"/>'


def _mark(disc: GradedDisc, box: Box, view: SliceView) -> str:
    size = _LABEL * max(view.rows, view.columns)
    label = f"{disc.place.level}: {disc.grade}"
    fits = box.x > (len(label) + 1) * _WIDE * size
    x, anchor = (box.x - 0.4 * size, "end") if fits else (box.x + box.width + 0.4 * size, "start")
    return _rectangle(box, disc) + _words("label", label, (x, box.y + box.height / 2 + 0.35 * size), size, anchor)


def _sides(view: SliceView) -> Iterator[str]:
    size = 0.8 * _LABEL * max(view.rows, view.columns)
    middle, centre = view.rows / 2, view.columns / 2
    yield _words("side", view.sides.left, (0.5 * size, middle), size, "start")
    yield _words("side", view.sides.right, (view.columns - 0.5 * size, middle), size, "end")
    yield _words("side", view.sides.top, (centre, 1.2 * size), size, "middle")
    yield _words("side", view.sides.bottom, (centre, view.rows - 0.5 * size), size, "middle")


def _words(kind: str, words: str, place: tuple[float, float], size: float, anchor: str) -> str:
    if not words:
        return ""
    return (
        f'<text class="{kind}" x="{place[0]:.1f}" y="{place[1]:.1f}" font-size="{size:.1f}" '
        f'stroke-width="{0.18 * size:.1f}" text-anchor="{anchor}">{text(words)}</text>'
    )

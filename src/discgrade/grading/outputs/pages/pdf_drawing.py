"""What a PDF draws by itself: pictures with boxes, and bars."""

from collections.abc import Sequence

from reportlab.lib.colors import HexColor, black
from reportlab.platypus import Flowable

from discgrade.grading.discs import GradedDisc, GradedStudy
from discgrade.grading.outputs.pages.pdf_images import PngImage, draw_png
from discgrade.grading.outputs.pages.views import DiscView, SliceView
from discgrade.grading.outputs.pages.words import percent
from discgrade.imaging.box import Box

HIGHEST = 320.0
"""Height of a picture in points, at most."""

_YELLOW, _ACCENT, _BAR, _TRACK = map(HexColor, ("#ffe15a", "#0b5c8a", "#8fa3ae", "#e1e7ea"))
_INK = HexColor("#17242d")
_LINE, _BAR_HEIGHT = 11.0, 6.5  # points
_DASHES = (3, 2)  # points
_PLAIN, _BOLD = "Helvetica", "Helvetica-Bold"


class Picture(Flowable):
    """A picture with boxes and words beside these.

    Args:
        png: The picture.
        width: As printed, in points; less where it would be higher than `HIGHEST`.
        boxes: In pixels of the picture.
        labels: One for each box; empty: none.
        dashed: Whether each box is; empty: none.
    """

    def __init__(
        self,
        png: bytes,
        width: float,
        boxes: Sequence[Box] = (),
        labels: Sequence[str] = (),
        dashed: Sequence[bool] = (),
    ) -> None:
        super().__init__()
        self._image = PngImage(png)
        self._columns, rows = self._image.width, self._image.height
        self._scale = min(width / self._columns, HIGHEST / rows)
        self._boxes, self._labels = boxes, labels or [""] * len(boxes)
        self._dashed = dashed or [False] * len(boxes)
        self.width, self.height = self._columns * self._scale, rows * self._scale

    def wrap(self, _width: float, _height: float) -> tuple[float, float]:
        """Say how much room it takes, in points."""
        return self.width, self.height

    def draw(self) -> None:
        """Draw it."""
        draw_png(self.canv, self._image, self.width, self.height)
        for box, label, dashed in zip(self._boxes, self._labels, self._dashed, strict=True):
            self._mark(box, label, dashed)

    def _mark(self, box: Box, label: str, dashed: bool) -> None:
        left, top = box.x * self._scale, self.height - box.y * self._scale
        wide, high = box.width * self._scale, box.height * self._scale
        self._outline(left, top - high, wide, high, dashed)
        if label:
            size = self.width / 28
            room = self.canv.stringWidth(label, _BOLD, size) + size
            self._write(label, left - room if left > room else left + wide, top - high / 2, size)

    def _outline(self, left: float, bottom: float, wide: float, high: float, dashed: bool) -> None:
        """Draw a box as far as it lies on the picture."""
        self.canv.saveState()
        picture = self.canv.beginPath()
        picture.rect(0, 0, self.width, self.height)
        self.canv.clipPath(picture, stroke=0, fill=0)
        self.canv.setStrokeColor(_YELLOW)
        self.canv.setLineWidth(0.7)
        if dashed:
            self.canv.setDash(*_DASHES)
        self.canv.rect(left, bottom, wide, high)
        self.canv.restoreState()

    def _write(self, label: str, left: float, middle: float, size: float) -> None:
        """Write on black, so that it can be read on anything."""
        self.canv.setFillColor(black)
        self.canv.rect(left + 0.2 * size, middle - 0.6 * size, self._long(label, size), 1.2 * size, stroke=0, fill=1)
        self.canv.setFillColor(_YELLOW)
        self.canv.setFont(_BOLD, size)
        self.canv.drawString(left + 0.5 * size, middle - 0.35 * size, label)

    def _long(self, label: str, size: float) -> float:
        return float(self.canv.stringWidth(label, _BOLD, size)) + 0.6 * size


class Bars(Flowable):
    """The probability of each grade; those of the prediction set are dark.

    Args:
        probabilities: Of the five grades.
        chosen: Grades of the prediction set.
        width: As printed, in points.
    """

    def __init__(self, probabilities: Sequence[float], chosen: Sequence[int], width: float) -> None:
        super().__init__()
        self._probabilities, self._chosen = probabilities, chosen
        self.width, self.height = width, _LINE * len(probabilities) + 3

    def wrap(self, _width: float, _height: float) -> tuple[float, float]:
        """Say how much room it takes, in points."""
        return self.width, self.height

    def draw(self) -> None:
        """Draw them."""
        for grade, share in enumerate(self._probabilities, 1):
            self._bar(grade, share, self.height - grade * _LINE, grade in self._chosen)

    def _bar(self, grade: int, share: float, bottom: float, chosen: bool) -> None:
        long = self.width - 74
        self.canv.setFont(_BOLD if chosen else _PLAIN, 8)
        self.canv.setFillColor(_INK)
        self.canv.drawString(0, bottom + 1, str(grade))
        self.canv.drawString(long + 16, bottom + 1, percent(share) + (" in set" if chosen else ""))
        for colour, width in ((_TRACK, long), (_ACCENT if chosen else _BAR, long * share)):
            self.canv.setFillColor(colour)
            self.canv.rect(10, bottom, width, _BAR_HEIGHT, stroke=0, fill=1)


def slice_picture(study: GradedStudy, view: SliceView, width: float) -> Picture:
    """Return a slice with boxes, levels and grades."""
    discs = [study.discs[number] for number in view.discs]
    labels = [f"{disc.place.level}: {disc.grade}" for disc in discs]
    return Picture(view.picture, width, view.boxes, labels, [_is_found(disc) for disc in discs])


def disc_picture(disc: GradedDisc, view: DiscView, width: float) -> Picture:
    """Return an enlarged disc with its region."""
    return Picture(view.picture, width, [view.box], dashed=[_is_found(disc)])


def _is_found(disc: GradedDisc) -> bool:
    return disc.place.region == "found"

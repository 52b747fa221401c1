"""One study's page as a PDF, made without a browser: A4, the same facts in the same order.

The same study makes the same bytes.
"""

from collections.abc import Iterable, Iterator, Sequence
from io import BytesIO
from typing import Any

from reportlab import rl_config
from reportlab.lib.colors import Color, HexColor
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import Flowable, KeepTogether, Paragraph, SimpleDocTemplate, Spacer, Table

from discgrade.grading.bundle.facts import BundleFacts
from discgrade.grading.discs import GradedDisc, GradedStudy
from discgrade.grading.outputs.pages import words
from discgrade.grading.outputs.pages.longitudinal import CAUTION, Cell, history
from discgrade.grading.outputs.pages.pdf_drawing import Bars, Picture, disc_picture, slice_picture
from discgrade.grading.outputs.pages.pdf_text import paragraph
from discgrade.grading.outputs.pages.views import DiscView, Earlier, Views
from discgrade.readings.pfirrmann import SIGNS, drawing

MARGIN = 16 * mm
WIDTH = A4[0] - 2 * MARGIN - 12  # what a frame of reportlab leaves

_INK, _FAINT, _LINE = HexColor("#17242d"), HexColor("#4a5a65"), HexColor("#c9d3d9")
_TINTS: dict[int, Color] = {
    1: HexColor("#d9efe3"), 2: HexColor("#e3efd0"), 3: HexColor("#fbf0c4"), 4: HexColor("#fbdfc2"),
    5: HexColor("#f6cfc8"),
}  # fmt: skip
_TEXT = ParagraphStyle("text", fontName="Helvetica", fontSize=9, leading=12, textColor=_INK)
_SMALL = ParagraphStyle("small", _TEXT, fontSize=8, leading=10, textColor=_FAINT)
_BOLD = ParagraphStyle("bold", _TEXT, fontName="Helvetica-Bold")
_HEADING = ParagraphStyle("heading", _BOLD, fontSize=12, leading=15, spaceBefore=10, spaceAfter=4, keepWithNext=1)
_TITLE = ParagraphStyle("title", _BOLD, fontSize=17, leading=21, spaceAfter=4)
_TIGHT: list[Any] = [
    ("LEFTPADDING", (0, 0), (-1, -1), 0),
    ("RIGHTPADDING", (0, 0), (-1, -1), 6),
    ("TOPPADDING", (0, 0), (-1, -1), 1),
    ("BOTTOMPADDING", (0, 0), (-1, -1), 1),
]
_TOP: list[Any] = [*_TIGHT, ("VALIGN", (0, 0), (-1, -1), "TOP")]
_RULED: list[Any] = [
    *_TIGHT[:2],
    ("LINEBELOW", (0, 0), (-1, -1), 0.5, _LINE),
    ("VALIGN", (0, 0), (-1, -1), "TOP"),
]
_COLUMNS = 3
_MOST_DATES = 4


def study_pdf(study: GradedStudy, views: Views, facts: BundleFacts, earlier: Sequence[Earlier] = ()) -> bytes:
    """Return a study's page as PDF; the arguments are those of `page.study_page`."""
    day = words.day(study.study_date)
    buffer = BytesIO()
    rl_config.useA85 = 0  # pictures as bytes, not as letters: four fifths of the size
    document = SimpleDocTemplate(
        buffer,
        pagesize=A4,
        leftMargin=MARGIN,
        rightMargin=MARGIN,
        topMargin=MARGIN,
        bottomMargin=MARGIN,
        title=f"Lumbar discs, {day}",
        author="discgrade",
        lang="en",
        invariant=1,
    )
    story = [
        _paragraph(f"Lumbar discs, {day}", _TITLE),
        _facts([("Patient ID", study.patient_id or "none"), ("Study", study.study_uid)]),
        _paragraph(words.identity(study), _SMALL),
        Spacer(0, 4),
        _paragraph(f"{words.NOTICE} {facts.intended_use}", _BOLD),
        *_listed("Left out", study.left_out),
        *_listed("Find out", study.notes),
        _paragraph("Grades", _HEADING),
        _overview(study, views, facts),
        *_cards([[slice_picture(study, view, WIDTH / _COLUMNS - 12)] for view in views.slices[1:]]),
        *_five(),
        _paragraph("Each disc", _HEADING),
        *_cards([_disc(disc, view) for disc, view in zip(study.discs, views.discs, strict=True)]),
        *_earlier(study, views, earlier),
        _paragraph("Which series was read, and why", _HEADING),
        *(
            _paragraph(f"{words.series(one)}: {'read' if one.chosen else 'not read'}; {words.why(one)}")
            for one in study.series
        ),
        _paragraph("What graded these discs", _HEADING),
        _facts(words.about(facts, study.discs[0].bundle)),
        *_listed("What it is not good for", facts.limits),
    ]
    document.build(story, onFirstPage=_foot, onLaterPages=_foot)
    return buffer.getvalue()


def _foot(canvas: Canvas, document: SimpleDocTemplate) -> None:
    canvas.setFont("Helvetica", 7.5)
    canvas.setFillColor(_FAINT)
    canvas.drawString(MARGIN, 9 * mm, words.NOTICE)
    canvas.drawRightString(A4[0] - MARGIN, 9 * mm, str(document.page))


def _paragraph(text: object, style: ParagraphStyle = _TEXT) -> Paragraph:
    return paragraph(text, style)


def _facts(facts: Iterable[tuple[str, str]]) -> Table:
    rows = [[_paragraph(name, _SMALL), _paragraph(fact)] for name, fact in facts]
    return Table(rows, [26 * mm, WIDTH - 26 * mm], style=_TOP, hAlign="LEFT")


def _listed(title: str, sentences: Sequence[str]) -> Iterator[Flowable]:
    if sentences:
        yield _paragraph(title, _HEADING)
        yield from (_paragraph(f"• {one}") for one in sentences)


def _overview(study: GradedStudy, views: Views, facts: BundleFacts) -> Table:
    wide = WIDTH / 2
    rows = [[_paragraph(name, _SMALL) for name in ("Level", "Grade", "Set", "Look at it")]]
    rows += [_row(disc) for disc in study.discs]
    tints = [("BACKGROUND", (1, row), (1, row), _TINTS[disc.grade]) for row, disc in enumerate(study.discs, 1)]
    rest = WIDTH - wide - 10
    grades = Table(rows, [0.2 * rest, 0.15 * rest, 0.23 * rest, 0.42 * rest], style=[*_RULED, *tints])
    beside = [grades, Spacer(0, 4), _paragraph(words.coverage(facts), _SMALL)]
    shown = [slice_picture(study, views.slices[0], wide), *(_paragraph(one, _SMALL) for one in words.dashed(study))]
    return Table([[shown, beside]], [wide + 10, rest], style=_TOP, hAlign="LEFT")


def _row(disc: GradedDisc) -> list[Paragraph]:
    flags = "; ".join(words.flag_title(flag.kind) for flag in disc.flags) or "–"
    return [
        _paragraph(disc.place.level, _BOLD),
        _paragraph(disc.grade, _BOLD),
        _paragraph(words.grades_of(disc.set)),
        _paragraph(flags),
    ]


def _disc(disc: GradedDisc, view: DiscView) -> list[Flowable]:
    wide = WIDTH / _COLUMNS - 12
    known = "; ".join(f"{name.lower()} {value}" for name, value in words.numbers_of(disc))
    return [
        _paragraph(f"{disc.place.level}: grade {disc.grade}", _BOLD),
        Spacer(0, 3),
        disc_picture(disc, view, wide),
        *_saliency(view, wide),
        Spacer(0, 4),
        *([Bars(disc.probabilities, disc.set, wide)] if disc.probabilities is not None else []),
        *(_paragraph(f"{words.flag_title(flag.kind)}: {flag.reason}") for flag in disc.flags),
        _paragraph(f"{known[:1].upper()}{known[1:]}", _SMALL),
    ]


def _saliency(view: DiscView, wide: float) -> Iterator[Flowable]:
    if view.saliency is not None:
        yield from (Spacer(0, 3), Picture(view.saliency, wide), Spacer(0, 3), _paragraph(words.SALIENCY, _SMALL))


def _cards(cards: Sequence[list[Flowable]]) -> Iterator[Flowable]:
    for start in range(0, len(cards), _COLUMNS):
        row = [*cards[start : start + _COLUMNS], *[[]] * (start + _COLUMNS - len(cards))]
        style = [*_TOP, ("BOTTOMPADDING", (0, 0), (-1, -1), 8)]
        yield Table([row], [WIDTH / _COLUMNS] * _COLUMNS, style=style, hAlign="LEFT")


def _five() -> Iterator[Flowable]:
    wide = WIDTH / len(SIGNS)
    row = [
        [Picture(drawing(grade), wide - 8), Spacer(0, 3), _paragraph(f"{grade}: {signs}", _SMALL)]
        for grade, signs in SIGNS.items()
    ]
    title = _paragraph("The five grades, after Pfirrmann et al. 2001; drawings, not patients", _HEADING)
    pictures = Table([row], [wide] * len(row), style=_TOP, hAlign="LEFT")
    yield KeepTogether([title, pictures])


def _earlier(study: GradedStudy, views: Views, earlier: Sequence[Earlier]) -> Iterator[Flowable]:
    """Yield a patient's studies beside each other, of many the latest."""
    known = history([*earlier, Earlier(study, views.discs)])
    if study.study_date is None or len(known.studies) < 2:
        return
    numbers = range(len(known.studies))[-_MOST_DATES:]
    wide = (WIDTH - 16 * mm) / len(numbers)
    rows: list[list[object]] = [
        [
            _paragraph("Level", _SMALL),
            *(_paragraph(words.day(known.studies[one].study_date), _SMALL) for one in numbers),
        ]
    ]
    for level, row in known.rows:
        rows.append(
            [_paragraph(level, _BOLD), *(_then(row.get(number), min(wide - 10, 31 * mm)) for number in numbers)]
        )
    yield _paragraph("Earlier studies of this patient", _HEADING)
    yield Table(rows, [16 * mm, *[wide] * len(numbers)], style=_RULED, repeatRows=1, hAlign="LEFT")
    more = len(known.studies) - len(numbers)
    yield _paragraph(CAUTION + (f" The page in HTML shows {more} more." if more else ""), _SMALL)


def _then(cell: Cell | None, wide: float) -> list[Flowable]:
    if cell is None:
        return [_paragraph("–")]
    chosen = f", set {words.grades_of(cell.disc.set)}" if cell.disc.set else ""
    return [
        *([Picture(cell.view.picture, wide), Spacer(0, 3)] if cell.view else []),
        _paragraph(f"Grade {cell.disc.grade}{chosen}", _BOLD),
        *([_paragraph(cell.change)] if cell.change else []),
    ]

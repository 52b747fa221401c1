"""One study's page: slice and discs with grades, how sure they are, why, earlier studies, and what graded them."""

from collections.abc import Iterator, Sequence
from functools import cache

from discgrade.grading.bundle.facts import BundleFacts
from discgrade.grading.discs import GradedDisc, GradedStudy, SeriesChoice
from discgrade.grading.outputs.pages import words
from discgrade.grading.outputs.pages.html import badge, definitions, foreign, image, items, page, section, table, text
from discgrade.grading.outputs.pages.longitudinal import CAUTION, Cell, history
from discgrade.grading.outputs.pages.pictures import DISC_HEIGHT, DISC_WIDTH
from discgrade.grading.outputs.pages.slice_drawing import disc_drawing, slice_drawing
from discgrade.grading.outputs.pages.views import DiscView, Earlier, SliceView, Views
from discgrade.readings.pfirrmann import SIGNS, drawing


def study_page(study: GradedStudy, views: Views, facts: BundleFacts, earlier: Sequence[Earlier] = ()) -> str:
    """Return a study's page.

    Args:
        study: At least one graded disc.
        views: Its pictures.
        facts: Of the bundle that graded it.
        earlier: The same patient's earlier studies.
    """
    day = words.day(study.study_date)
    body = [
        '<header><nav><a href="../../index.html">All studies</a></nav>',
        f"<h1>Lumbar discs, {text(day)}</h1>",
        definitions(_facts(study)),
        f'<p class="notice" role="note"><strong>{text(words.NOTICE)}</strong> {text(facts.intended_use)}</p>',
        _warning("Left out", study.left_out),
        _warning("Find out", study.notes),
        "</header><main>",
        section("grades", "Grades", _overview(study, views, facts)),
        section("discs", "Each disc", _discs(study, views)),
        *_earlier(study, views, earlier),
        section("series", "Which series was read, and why", _series(study.series)),
        section("bundle", "What graded these discs", definitions(words.about(facts, study.discs[0].bundle))),
        section("limits", "What it is not good for", items(facts.limits) or "<p>Its makers name no limits.</p>"),
        "</main>",
    ]
    return page(f"Lumbar discs of {study.patient_id}, {day}", body)


def _facts(study: GradedStudy) -> list[tuple[str, str]]:
    return [
        ("Patient ID", study.patient_id or "none"),
        ("Study", study.study_uid),
        ("Privacy", words.identity(study)),
    ]


def _warning(title: str, sentences: Sequence[str]) -> str:
    return f'<div class="warn"><p><strong>{title}</strong></p>{items(sentences)}</div>' if sentences else ""


def _overview(study: GradedStudy, views: Views, facts: BundleFacts) -> str:
    figures = "".join(_figure(study, view) for view in views.slices)
    rows = (_row(disc, number) for number, disc in enumerate(study.discs))
    listed = table("Pfirrmann grades, 1 (healthy) to 5 (collapsed)", ("Level", "Grade", "Set", "Look at it"), rows)
    return (
        f'<div class="overview"><div class="slices">{figures}</div><div>{listed}'
        f'<p class="faint">{text(words.coverage(facts))}</p>{_five()}</div></div>'
    )


def _figure(study: GradedStudy, view: SliceView) -> str:
    sides = view.sides
    turned = "Front on the left, head above." if (sides.left, sides.top) == ("A", "H") else "Direction unknown."
    square = "" if view.square else " The header does not tell the pixels' size: proportions may be wrong."
    told = " ".join(["Yellow: the regions that were graded, with level and grade.", *words.dashed(study)])
    caption = f"{turned}{square} {told}"
    return f"<figure>{slice_drawing(study, view)}<figcaption>{caption}</figcaption></figure>"


def _row(disc: GradedDisc, number: int) -> str:
    flags = "; ".join(words.flag_title(flag.kind) for flag in disc.flags) or "–"
    return (
        f'<tr><th scope="row"><a href="#disc-{number}">{text(disc.place.level)}</a></th><td>{badge(disc.grade)}</td>'
        f'<td class="set">{text(words.grades_of(disc.set))}</td><td>{text(flags)}</td></tr>'
    )


def _discs(study: GradedStudy, views: Views) -> str:
    pairs = enumerate(zip(study.discs, views.discs, strict=True))
    return f'<div class="discs">{"".join(_disc(number, disc, view) for number, (disc, view) in pairs)}</div>'


def _disc(number: int, disc: GradedDisc, view: DiscView) -> str:
    level = text(disc.place.level)
    flags = "".join(
        f"<li><strong>{text(words.flag_title(flag.kind))}.</strong> {foreign(flag.reason)}</li>" for flag in disc.flags
    )
    return (
        f'<article class="card disc" id="disc-{number}"><header><h3>{level}</h3>'
        f'<span>Grade {badge(disc.grade)}</span></header><div class="pair">{disc_drawing(disc, view)}'
        f"{_saliency(disc, view)}</div>{_bars(disc)}"
        + (f'<div class="warn"><p><strong>Look at it</strong></p><ul>{flags}</ul></div>' if flags else "")
        + definitions(words.numbers_of(disc))
        + "</article>"
    )


def _saliency(disc: GradedDisc, view: DiscView) -> str:
    if view.saliency is None:
        return ""
    picture = image(view.saliency, f"{disc.place.level}: what the grade rests on", DISC_WIDTH, DISC_HEIGHT)
    return f"<figure>{picture}<figcaption>{words.SALIENCY}</figcaption></figure>"


def _bars(disc: GradedDisc) -> str:
    if disc.probabilities is None:
        return '<p class="faint">This bundle gives no probabilities.</p>'
    rows = "".join(_bar(grade, share, grade in disc.set) for grade, share in enumerate(disc.probabilities, 1))
    caption = f"Probability of each grade, {text(disc.place.level)}"
    return (
        f'<table class="bars"><caption>{caption}</caption><thead hidden><tr><th scope="col">Grade</th>'
        f'<th scope="col">Bar</th><th scope="col">Probability</th></tr></thead><tbody>{rows}</tbody></table>'
    )


def _bar(grade: int, share: float, in_set: bool) -> str:
    track = (
        '<svg class="track" viewBox="0 0 100 10" preserveAspectRatio="none" aria-hidden="true">'
        f'<rect width="{100 * share:.1f}" height="10"/></svg>'
    )
    mark = ' class="in"' if in_set else ""
    return f'<tr{mark}><th scope="row">{grade}</th><td>{track}</td><td>{text(words.percent(share))}</td></tr>'


@cache
def _five() -> str:
    rows = "".join(
        f"<tr><td>{image(drawing(grade), '', 192, 120)}</td><td>{badge(grade)}</td><td>{text(signs)}</td></tr>"
        for grade, signs in SIGNS.items()
    )
    told = "The five grades, after Pfirrmann et al. 2001; drawings, not patients"
    heads = "".join(f'<th scope="col">{name}</th>' for name in ("Drawing", "Grade", "Signs"))
    return (
        f'<table class="five"><caption>{told}</caption><thead hidden><tr>{heads}</tr></thead>'
        f"<tbody>{rows}</tbody></table>"
    )


def _earlier(study: GradedStudy, views: Views, earlier: Sequence[Earlier]) -> Iterator[str]:
    if not earlier:
        return
    known = history([*earlier, Earlier(study, views.discs)])
    if study.study_date is None or len(known.studies) < 2:
        note = "Earlier studies are known, but dates are missing: they cannot be put in order."
        yield section("earlier", "Earlier studies of this patient", f'<p class="faint">{note}</p>')
        return
    heads = ["Level", *(text(words.day(one.study_date)) for one in known.studies)]
    numbers = range(len(known.studies))
    rows = (
        f'<tr><th scope="row">{text(level)}</th>{"".join(_then(row.get(number)) for number in numbers)}</tr>'
        for level, row in known.rows
    )
    undated = f" {known.undated} more without a date." if known.undated else ""
    listed = table("Grades, sets and changes by date", heads, rows)
    note = f'<p class="faint">{text(CAUTION + undated)}</p>'
    yield section("earlier", "Earlier studies of this patient", listed, note)


def _then(cell: Cell | None) -> str:
    if cell is None:
        return '<td class="then">–</td>'
    picture = image(cell.view.picture, "", DISC_WIDTH, DISC_HEIGHT) if cell.view else ""
    said = "" if cell.change is None else f"<br>{text(cell.change)}"
    chosen = f" set {text(words.grades_of(cell.disc.set))}" if cell.disc.set else ""
    return f'<td class="then">{picture}{badge(cell.disc.grade)}{chosen}{said}</td>'


def _series(series: Sequence[SeriesChoice]) -> str:
    rows = (
        f'<tr><th scope="row">{foreign(words.series(one))}</th><td>{"read" if one.chosen else "not read"}</td>'
        f"<td>{foreign(words.why(one))}</td><td>{one.slices}</td></tr>"
        for one in series
    )
    return table("Series of the study", ("Series", "Read", "Why", "Slices"), rows)

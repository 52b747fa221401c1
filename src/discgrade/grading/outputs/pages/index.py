"""The page that leads to all studies of a run: grades at a glance, what was not graded, and patients over time."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence

from discgrade.grades import LEVELS
from discgrade.grading.bundle.facts import BundleFacts
from discgrade.grading.discs import GradedStudy
from discgrade.grading.outputs.pages import words
from discgrade.grading.outputs.pages.html import badge, definitions, foreign, items, page, section, table, text
from discgrade.grading.outputs.pages.longitudinal import CAUTION, Cell, history
from discgrade.grading.outputs.pages.places import folder_of
from discgrade.grading.outputs.pages.views import Earlier

Files = Mapping[str, Collection[str]]
"""Names of the files in each study's folder (`places.folder_of`)."""


def index_page(studies: Iterable[GradedStudy], facts: BundleFacts, files: Files) -> str:
    """Return the page of all studies, in the order of patients and dates; it leads to the files that are there."""
    known = sorted(studies, key=lambda one: (one.patient_id, one.study_date or "", one.study_uid))
    graded = [one for one in known if one.discs]
    discs = [disc for one in graded for disc in one.discs]
    facts_of_run = [
        ("Studies", f"{len(graded)} graded, {len(known) - len(graded)} not"),
        ("Discs", f"{len(discs)}, of which {sum(bool(disc.flags) for disc in discs)} should be looked at"),
    ]
    body = [
        "<header><h1>Graded studies</h1>",
        f'<p class="notice" role="note"><strong>{text(words.NOTICE)}</strong> {text(facts.intended_use)}</p>',
        definitions(facts_of_run),
        "</header><main>",
        *_whose(known),
        section("studies", "Studies", _studies(graded, files)) if graded else "",
        *_not_graded([one for one in known if not one.discs]),
        *_over_time(graded),
        *_graded_by(graded, facts),
        "</main>",
    ]
    return page("Graded studies", body)


def _whose(known: Sequence[GradedStudy]) -> Iterator[str]:
    """Yield the studies that may be somebody else's than their Patient ID says."""
    told = [f"{one.patient_id}, {words.day(one.study_date)}: {note}" for one in known for note in one.notes]
    if told:
        yield f'<div class="warn"><p><strong>Find out whose these studies are</strong></p>{items(told)}</div>'


def _studies(graded: Sequence[GradedStudy], files: Files) -> str:
    heads = ["Patient ID", "Date", *map(text, LEVELS), "Look at", "Files"]
    rows = (_row(one, files.get(folder_of(one), ())) for one in graded)
    return table("Grade of each disc, 1 to 5; a question mark asks for a look", heads, rows)


def _row(study: GradedStudy, files: Collection[str]) -> str:
    cells = "".join(f'<td class="tight">{_grades(study, level)}</td>' for level in LEVELS)
    flagged = sum(bool(disc.flags) for disc in study.discs)
    name = foreign(study.patient_id or "none")
    page = f'<a href="{folder_of(study)}/page.html">{name}</a>' if "page.html" in files else name
    return (
        f'<tr><th scope="row">{page}</th><td class="tight">{text(words.day(study.study_date))}</td>{cells}'
        f'<td>{flagged or "–"}</td><td class="tight">{_links(study, files)}</td></tr>'
    )


def _links(study: GradedStudy, files: Collection[str]) -> str:
    overlays = {f"overlay-{number}.dcm": f"overlay {number}" for number in range(1, len(files) + 1)}
    names = {"page.pdf": "PDF", "report.dcm": "DICOM SR", **overlays}
    links = (
        f'<a href="{folder_of(study)}/{file}" aria-label="{name} of patient {text(study.patient_id)}, '
        f'{text(words.day(study.study_date))}">{name}</a>'
        for file, name in names.items()
        if file in files
    )
    return ", ".join(links) or "–"


def _grades(study: GradedStudy, level: str) -> str:
    discs = [disc for disc in study.discs if disc.place.level == level]
    return " ".join(badge(disc.grade) + (" ?" if disc.flags else "") for disc in discs) or "–"


def _not_graded(skipped: Sequence[GradedStudy]) -> Iterator[str]:
    if not skipped:
        return
    rows = (
        f'<tr><th scope="row">{foreign(one.patient_id or "none")}</th>'
        f'<td class="tight">{text(words.day(one.study_date))}</td>'
        f"<td>{foreign(one.skipped or 'nothing was graded')}{items(one.left_out)}</td></tr>"
        for one in skipped
    )
    yield section("skipped", "Not graded", table("Studies without grades", ("Patient ID", "Date", "Why"), rows))


def _over_time(graded: Sequence[GradedStudy]) -> Iterator[str]:
    """Yield a table for each patient with several studies; studies without a Patient ID are nobody's."""
    patients: dict[tuple[str, int], list[Earlier]] = defaultdict(list)
    for one in graded:
        if one.patient_id and one.study_date:
            patients[one.patient_id, one.person].append(Earlier(one, ()))
    tables = [_patient(patient, known) for (patient, _), known in patients.items() if len(known) > 1]
    if tables:
        yield section("time", "Patients with several studies", f'<p class="faint">{text(CAUTION)}</p>', *tables)


def _patient(patient: str, studies: Sequence[Earlier]) -> str:
    known = history(studies)
    heads = ["Level", *(text(words.day(one.study_date)) for one in known.studies)]
    rows = (
        f'<tr><th scope="row">{text(level)}</th>'
        + "".join(f"<td>{_then(row.get(number))}</td>" for number in range(len(known.studies)))
        + "</tr>"
        for level, row in known.rows
    )
    return f"<h3>Patient {foreign(patient)}</h3>" + table(f"Patient {patient} over time", heads, rows)


def _then(cell: Cell | None) -> str:
    if cell is None:
        return "–"
    chosen = f" set {text(words.grades_of(cell.disc.set))}" if cell.disc.set else ""
    said = f", {text(cell.change)}" if cell.change else ""
    return f"{badge(cell.disc.grade)}{chosen}{said}"


def _graded_by(graded: Sequence[GradedStudy], facts: BundleFacts) -> Iterator[str]:
    if graded:
        known = definitions(words.about(facts, graded[0].discs[0].bundle))
        yield section("bundle", "What graded these discs", known, items(facts.limits))

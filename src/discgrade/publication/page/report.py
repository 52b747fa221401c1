"""The report: `report.html`, one file that needs nothing else, from the tables, figures and scores of a study."""

from base64 import b64encode
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from pathlib import Path

import jinja2
from markupsafe import Markup

from discgrade.publication import wording
from discgrade.publication.context import ComparedContext
from discgrade.publication.figures.drawing.words import FigureWords, read_words
from discgrade.publication.page.findings import Findings, Sources, read_findings
from discgrade.publication.page.methods.paragraphs import Paragraph, methods
from discgrade.publication.page.participants import participants
from discgrade.publication.page.references import order_of, reference, split_citations
from discgrade.publication.page.shown_settings import ShownSettings
from discgrade.publication.page.summary import Summary, summarise
from discgrade.publication.page.traces import Traces
from discgrade.publication.render.stored import read_table
from discgrade.publication.render.table import Cell, Table, footnotes, marks
from discgrade.records import replacing
from discgrade.records.chains import Chains, read_chains
from discgrade.settings.plain import plain

COHORT, CHECKLISTS, NETWORK = ("cohort",), ("claim", "tripod", "grras"), ("table1",)
"""Tables that stand in sections of their own, the network last; all others are results, in the order given."""
FLOW = "flow"


@dataclass(frozen=True)
class Picture:
    """A figure: its words, and the file of its pixels."""

    words: FigureWords
    png: Path

    @property
    def data(self) -> str:
        """The pixels as an address that needs no file."""
        return f"data:image/png;base64,{b64encode(self.png.read_bytes()).decode()}"


def make_page(
    *,
    sources: Sources,
    tables: Sequence[Path],
    figures: Sequence[Path],
    regions: Sequence[Path],
    chains: Path,
    context: ComparedContext,
    told: ShownSettings,
    destination: Path,
) -> None:
    """Write the report of a study.

    Args:
        sources: What was found.
        tables: The tables as `render.stored` keeps them, `<name>.json`, each next to its CSV.
        figures: The words of the figures, `<name>.json`, each next to its `<name>.png`.
        regions: Pictures of regions of interest: a sample, and those that were flagged.
        chains: `provenance/chains.json`.
        context: What the study is, in words.
        told: Its settings.
        destination: HTML file to write.
    """
    found = read_findings(sources, context, told)
    shown = {path.stem: read_table(path) for path in tables}
    pictures = [Picture(words, path.with_suffix(".png")) for path in figures if (words := read_words(path))]
    pictures += _regions(found, regions)
    behind = read_chains(chains)
    text = render(found, shown, pictures, behind, Traces(context.study, [path.with_suffix(".csv") for path in tables]))
    with replacing(destination) as partial:
        partial.write_text(text, encoding="utf-8")


def render(
    found: Findings, tables: dict[str, Table], pictures: Sequence[Picture], behind: Chains, traces: Traces
) -> str:
    """Return the report as HTML.

    Args:
        found: What was found.
        tables: The tables by name, in their order.
        pictures: The figures in their order; those that are absent are named with their reason.
        behind: What stands behind each table and figure.
        traces: Filled with the traces of the numbers that are shown.
    """
    summary, paragraphs = summarise(found), methods(found, behind.versions)
    order = order_of([*_cited(summary, paragraphs), "[@claim2024][@tripodai2024][@grras2011][@stard2015]"])
    special = (*COHORT, *CHECKLISTS, *NETWORK)
    html = (
        _environment()
        .get_template("page.html")
        .render(
            found=found,
            context=found.context,
            told=found.told,
            summary=summary,
            methods=paragraphs,
            flow=participants(found),
            results=[table for name, table in tables.items() if name not in special],
            cohort=[tables[name] for name in COHORT if name in tables],
            checklists=[tables[name] for name in CHECKLISTS if name in tables],
            network=[tables[name] for name in NETWORK if name in tables],
            figures=[one for one in pictures if one.words.name != FLOW],
            order=order,
            references=[(key, number, reference(key)) for key, number in order.items()],
            behind=behind,
            traces=traces,
            trace=traces.number,
            footnotes=footnotes,
            marks=marks,
            citations=split_citations,
            wording=wording,
            position=_position,
            style=Markup(_text("page.css")),
            script=Markup(_text("page.js")),
            plain=plain,
        )
    )
    return html + "\n"


def _cited(summary: Summary, paragraphs: Sequence[Paragraph]) -> list[str]:
    return [summary.verdict.answer, *summary.verdict.reasons, *(paragraph.text for paragraph in paragraphs)]


def _position(value: float | None) -> float:
    """Return where between 0 and 100 a kappa stands on its strip; below 0 it stands at the left end."""
    return round(100 * min(max(value or 0.0, 0.0), 1.0), 2)


def _regions(found: Findings, paths: Sequence[Path]) -> list[Picture]:
    """Return the pictures of regions: a sample, and the flagged ones where there are any."""
    titles = {
        "rois": "Regions of interest on their slices, a sample drawn by seed.",
        "flagged": "Regions that the outlier check flagged, with the reasons.",
    }
    data = f"Data: {wording.data_words(found.context.study, found.context.source)}."
    if not found.told.pictures:
        data = f"The slices themselves are not shown (report.disc_pictures). {data}"
    return [
        Picture(FigureWords(path.stem, "", titles[path.stem], data, titles[path.stem]), path)
        for path in paths
        if path.stem != "flagged" or found.flagged
    ]


@cache
def _text(name: str) -> str:
    return files(__package__).joinpath(name).read_text(encoding="utf-8")


def _environment() -> jinja2.Environment:
    environment = jinja2.Environment(
        loader=jinja2.FunctionLoader(_text),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=jinja2.StrictUndefined,
    )
    environment.tests["cell"] = lambda value: isinstance(value, Cell)
    return environment

"""The report of an invented study: its page, from the tables of the study and a picture of two pixels."""

import base64
from collections.abc import Mapping
from dataclasses import dataclass, replace
from html.parser import HTMLParser
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from discgrade import records
from discgrade.publication.context import ComparedContext, compared_context_of
from discgrade.publication.figures.drawing.words import FigureWords, write_words
from discgrade.publication.page.findings import Findings, Sources, read_findings
from discgrade.publication.page.report import make_page
from discgrade.publication.page.shown_settings import told_of
from discgrade.publication.tables.checklists import CHECKLISTS, checklist
from discgrade.publication.tables.paper.table1 import table1
from discgrade.records.chains import Chained, Chains, write_chains
from discgrade.records.cohort.flow import CohortSize, Flow, Stage, write_flow
from discgrade.records.cohort.regions import FLAGGED
from discgrade.records.results.training import NETWORK
from discgrade.reliability.agreement.writing import write_agreement
from discgrade.reliability.plan import main_runs
from discgrade.settings.grid import default_run
from discgrade.settings.model import Intervals

PIXEL = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAIAAAABCAYAAAD0In+KAAAAD0lEQVR42mNk+M9QzwAEAAmGAYCF+yOnAAAAAElFTkSuQmCC"
)
LAYERS = [
    {"block": 1, "layer": 1, "description": "Convolution 2D, 3 × 3 × 4", "shape": [48, 48, 4], "parameters": 40},
    {"block": 1, "layer": 2, "description": "Max pooling, 2 × 2", "shape": [48, 48, 4], "parameters": 0},
]
VERSIONS = {"Python": "3.11.7", "packages": "keras 3.12.0, tensorflow 2.19.0", "devices": "CPU"}


@dataclass(frozen=True)
class Reported:
    """A report: what it was made of, and the page."""

    findings: Findings
    page: Path

    @property
    def text(self) -> str:
        return self.page.read_text(encoding="utf-8")


def sources_of(made: SimpleNamespace, flagged: int = 0) -> Sources:
    """Write what the tables do not need, and return all that the report reads."""
    folder = made.folder
    write_flow(_flow(made), folder / "report-flow.json")
    empty = FLAGGED.empty_table()
    if flagged:
        row = {name: [None] * flagged for name in FLAGGED.names} | {"disc": [f"D{number}" for number in range(flagged)]}
        empty = pa.table(row, FLAGGED)
    records.write(empty, FLAGGED, folder / "flagged.parquet")
    records.write(pa.Table.from_pylist(LAYERS, NETWORK), NETWORK, folder / "network.parquet")
    return Sources(
        **{name: getattr(made, name) for name in ("scores", "intervals", "shown", "comparisons", "discs", "splits")},
        agreement=_agreement(made),
        flow=folder / "report-flow.json",
        flagged=folder / "flagged.parquet",
        certainty=folder / "certainty.parquet",
        network=folder / "network.parquet",
    )


def _agreement(made: SimpleNamespace) -> Path:
    """Return how well the model of a study agrees, measured once, with few draws."""
    path: Path = made.folder / "agreement.parquet"
    if not path.exists():
        given = {"graded": made.graded, "discs": made.discs, "runs": main_runs(made.study), "headers": True}
        write_agreement(**given, settings=Intervals(0.9973, 200, 1), destination=path)
    return path


def _flow(made: SimpleNamespace) -> Flow:
    discs, ratings = (pq.read_table(path).to_pandas() for path in (made.discs, made.ratings))
    patients = discs["patient"].nunique()
    stages = (
        Stage("files", len(discs) + 3, {"no pixels": 3}, len(discs)),
        Stage("discs", len(discs), {}, len(discs)),
        Stage("patients", patients, {}, patients),
    )
    raters: dict[str, dict[str, int]] = {}
    for (rater, reading), rows in ratings.groupby(["rater", "reading"]):
        raters.setdefault(rater, {})[str(reading)] = len(rows)
    whole = (ratings["grade"] == ratings["grade"].round()).all()
    sizes = {name: CohortSize(rows["patient"].nunique(), len(rows)) for name, rows in discs.groupby("cohort")}
    return Flow(stages, "reading 1 by R1", ("integral",) if whole else ("fractional", "integral"), raters, sizes)


def findings_of(made: SimpleNamespace, context: ComparedContext | None = None, **told: Any) -> Findings:
    """Read what the report says of a made study; `told` changes its settings."""
    return read_findings(
        sources_of(made), context or compared_context_of(made.study), replace(told_of(made.study), **told)
    )


def report_of(made: SimpleNamespace, folder: str, absent: Mapping[str, str] | None = None, **told: Any) -> Reported:
    """Write the report of a study whose tables are made (`made.tables`, `made.context`).

    Args:
        made: The study.
        folder: Folder for the page, below the study's.
        absent: Figures that have nothing to draw, and why.
        told: Changes of its settings.
    """
    place = made.folder / folder
    place.mkdir(exist_ok=True)
    sources, settings = sources_of(made), replace(told_of(made.study), **told)
    tables = _tables(made, sources, place)
    (place / "rois.png").write_bytes(PIXEL)
    page = place / "report.html"
    write_chains(
        Chains(VERSIONS, {"tables/table2.csv": Chained("0123456789ab", "table2 ← score", "none")}),
        place / "chains.json",
    )
    make_page(
        sources=sources,
        tables=tables,
        figures=_figures(place, absent or {}),
        regions=[place / "rois.png"],
        chains=place / "chains.json",
        context=made.context,
        told=settings,
        destination=page,
    )
    return Reported(read_findings(sources, made.context, settings), page)


def _tables(made: SimpleNamespace, sources: Sources, place: Path) -> list[Path]:
    """Return the tables that a study has, and write checklists and the network's next to them."""
    files = dict(made.tables)
    kinds = type(next(iter(files.values())))
    for name in (*CHECKLISTS, "table1"):
        files[name] = kinds(*(place / f"{name}.{kind}" for kind in ("csv", "md", "tex", "html", "keys.csv", "json")))
    context = made.context
    for name in CHECKLISTS:
        given = {"scores": made.scores, "intervals": made.intervals, "context": context}
        checklist(name=name, **given, ethics=False, dataset=False, headers=True, ensembles=False, files=files[name])
    run = default_run(made.study)
    table1(network=sources.network, run=run, label="Default", compare=context.compare, files=files["table1"])
    return [one.json for one in files.values()]


def _figures(place: Path, absent: Mapping[str, str]) -> list[Path]:
    paths = []
    for name in ("figure2", "figure5", "flow"):
        (place / f"{name}.png").write_bytes(PIXEL)
        words = FigureWords(name, "", f"Title of {name}", "Caption of it.", f"What {name} shows.", absent.get(name, ""))
        write_words(words, place / f"{name}.json")
        paths.append(place / f"{name}.json")
    return paths


class Page(HTMLParser):
    """A page as a reader meets it: its words by element, and whether its elements close."""

    VOID = ("meta", "link", "img", "br", "hr", "input")

    def __init__(self, text: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.ids: list[str] = []
        self.links: list[str] = []
        self.texts: list[tuple[str, str]] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        self.ids += [given["id"]] if given.get("id") else []  # type: ignore[list-item]
        self.links += [given["href"]] if given.get("href") else []  # type: ignore[list-item]
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag, f"</{tag}> closes another element"

    def handle_data(self, data: str) -> None:
        if self.open and self.open[-1] not in ("script", "style") and data.strip():
            self.texts.append((self.open[-1], " ".join(data.split())))

    @property
    def words(self) -> str:
        """All words of the page."""
        return " ".join(text for _, text in self.texts)

"""Write the documents and workbooks of a study's tables, and the archive of all that a paper needs."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from discgrade.publication.figures.drawing.words import FigureWords, read_words
from discgrade.publication.manuscript.archive import archive_of
from discgrade.publication.manuscript.document import figures_document, tables_document
from discgrade.publication.manuscript.workbook import table_workbook
from discgrade.publication.render.markdown import prose
from discgrade.publication.render.stored import read_table
from discgrade.publication.render.table import Table
from discgrade.records import replacing

TABLES = (".docx", ".xlsx", ".tex")
PICTURES = (".pdf", ".png", ".svg")
NETWORK = "table1"
NARROW = "-85mm"
"""What the name of a picture for one column ends in."""


_CONTENTS = (
    "- `tables.docx`, `figures.docx`: all tables, and all figures with captions.",
    "- `tables/`: each table alone, as Word document, workbook (as printed, and in full precision) and LaTeX.",
    "- `figures/`: each figure 175 mm wide and, `-85mm`, for one column: PDF with embedded TrueType fonts, PNG of 300",
    "  dots an inch, SVG with letters as outlines.",
)


@dataclass(frozen=True)
class Manuscript:
    """What a paper is made of.

    Attributes:
        tables: Each table that has a row to print.
        figures: Words of each figure that was drawn, with the path of its PNG of the width of a page.
        missing: A line for each table and figure that is not there, with its reason.
    """

    tables: list[tuple[Table, Path]]
    figures: list[tuple[FigureWords, Path]]
    missing: list[str]


def write_documents(
    *, tables: Sequence[Path], study: str, documents: Sequence[Path], workbooks: Sequence[Path]
) -> None:
    """Write each table as a document and as a workbook.

    Args:
        tables: The JSON of each table (`render.stored`); its CSV lies next to it.
        study: Name of the study.
        documents: Where the document of each table goes, in their order.
        workbooks: Where the workbook of each table goes, in their order.
    """
    for path, document, workbook in zip(tables, documents, workbooks, strict=True):
        table = read_table(path)
        _write(document, tables_document([table], study))
        _write(workbook, table_workbook(table, path.with_suffix(".csv")))


def write_manuscript(
    *, tables: Sequence[Path], figures: Sequence[Path], texts: Sequence[Path], study: str, archive: Path
) -> None:
    """Write everything that a paper needs into one archive, whose bytes depend on the study's results alone.

    Args:
        tables: The JSON of each table (`render.stored`); its document, workbook and LaTeX lie next to it.
        figures: The JSON of each figure (`figures.words`); its pictures lie next to it.
        texts: Further files for the archive: methods, references, how to cite.
        study: Name of the study.
        archive: Where the archive goes.
    """
    found = collect(tables, figures)
    members = {
        "tables.docx": tables_document([table for table, _ in found.tables], study),
        "figures.docx": figures_document(found.figures, study),
    }
    of_tables = [path.with_suffix(kind) for _, path in found.tables for kind in TABLES]
    members |= {f"tables/{path.name}": path.read_bytes() for path in of_tables}
    members |= {f"figures/{path.name}": path.read_bytes() for _, png in found.figures for path in _pictures(png)}
    members |= {path.name: path.read_bytes() for path in texts}
    readme = prose("\n".join(_readme(found, study))).encode()
    _write(archive, archive_of({"README.md": readme} | dict(sorted(members.items()))))


def collect(tables: Sequence[Path], figures: Sequence[Path]) -> Manuscript:
    """Read tables, the network last as in the report, and figures; part those with content from those without."""
    found = Manuscript([], [], [])
    for path in sorted(tables, key=lambda one: one.stem == NETWORK):
        table = read_table(path)
        if not table.is_empty:
            found.tables.append((table, path))
        reasons = table.absent if table.absent or not table.is_empty else ("nothing to show",)
        found.missing.extend(f"{table.heading} {line}" for line in reasons)
    for path in figures:
        words = read_words(path)
        if words.absent:
            found.missing.append(f"{words.number or words.title}: {words.absent}")
        else:
            found.figures.append((words, path.with_suffix(".png")))
    return found


def _pictures(png: Path) -> Iterator[Path]:
    """Yield the pictures of a figure at both widths."""
    for width in ("", NARROW):
        yield from (png.with_name(f"{png.stem}{width}{kind}") for kind in PICTURES)


def _readme(found: Manuscript, study: str) -> Iterator[str]:
    """Yield the lines of the archive's README: what lies where, all captions, and what is not there."""
    yield f"# Study {study}: files for a manuscript"
    yield ""
    yield from _CONTENTS
    yield ""
    yield "## Tables"
    yield ""
    for table, path in found.tables:
        yield f"**`{path.stem}`: {table.heading}** {table.caption}"
        yield ""
    yield "## Figures"
    yield ""
    for words, path in found.figures:
        yield f"**`{path.stem}`: {f'{words.number}. ' if words.number else ''}{words.title}.** {words.caption}"
        yield ""
    if found.missing:
        yield "## Not here"
        yield ""
        yield from (f"- {line}" for line in found.missing)


def _write(path: Path, content: bytes) -> None:
    with replacing(path) as partial:
        partial.write_bytes(content)

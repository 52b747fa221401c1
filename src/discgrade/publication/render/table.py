"""What a printed table holds, whatever it is rendered to.

Texts are plain; each format escapes them. Footnotes are texts attached to cells: equal texts share a mark, and marks
run in reading order.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from discgrade.records.cell_keys import CellKey

DASH = "\N{EN DASH}"


@dataclass(frozen=True)
class Cell:
    """One cell: its text, the interval below or after it, and its footnotes.

    Attributes:
        text: Plain text; empty for nothing.
        interval: Bounds such as "0.890, 0.916", printed in parentheses.
        bold: Whether it is among the best.
        notes: Texts of its footnotes.
        keys: The numbers that text and interval were made of, for who follows them back.
    """

    text: str = ""
    interval: str = ""
    bold: bool = False
    notes: tuple[str, ...] = ()
    keys: tuple[CellKey, ...] = ()


@dataclass(frozen=True)
class Row:
    """A label and one cell a column; `quiet` for published values, which are set back."""

    label: Cell
    cells: Sequence[Cell]
    quiet: bool = False


@dataclass(frozen=True)
class Section:
    """Rows under a heading; no heading line if the title is empty."""

    title: Cell
    rows: Sequence[Row]


@dataclass(frozen=True)
class Table:
    """A table to print.

    Attributes:
        name: For example table2; the LaTeX label is tab:table2.
        title: What it shows, one sentence.
        caption: Data, protocol, n and seeds: what a reader must know to quote a number.
        stub: Heading of the label column.
        headings: Headings of the other columns.
        sections: The rows.
        number: For example Table 2; empty for a table without one. LaTeX counts for itself.
        spans: Headings above several columns, and how many each spans; together all columns, or none.
        absent: What a reader may look for and does not find, each with its reason.
    """

    name: str
    title: str
    caption: str
    stub: str
    headings: Sequence[Cell]
    sections: Sequence[Section]
    number: str = ""
    spans: Sequence[tuple[str, int]] = ()
    absent: tuple[str, ...] = ()

    @property
    def is_empty(self) -> bool:
        """Whether there is no row to print."""
        return not any(section.rows for section in self.sections)

    @property
    def heading(self) -> str:
        """Number and title."""
        return f"{self.number}. {self.title}" if self.number else self.title


def missing(reason: str) -> Cell:
    """Return the dash that stands for what this study cannot give, with the reason as its footnote."""
    return Cell(DASH, notes=(reason,))


def absences(missed: Iterable[tuple[str, str]]) -> tuple[str, ...]:
    """Return a line for each reason why something is not shown, with what it keeps from being shown.

    Args:
        missed: What is not shown, and the reason as a sentence.
    """
    reasons: dict[str, list[str]] = {}
    for words, reason in missed:
        reasons.setdefault(reason, []).append(words)
    return tuple(f"{', '.join(dict.fromkeys(words))}: {reason}" for reason, words in reasons.items())


def _cells(table: Table) -> Iterator[Cell]:
    yield from table.headings
    for section in table.sections:
        yield section.title
        for row in section.rows:
            yield row.label
            yield from row.cells


def footnotes(table: Table) -> dict[str, str]:
    """Return the mark of each footnote text, a, b ... z, aa ..., in reading order."""
    texts = dict.fromkeys(note for cell in _cells(table) for note in cell.notes)
    return {text: _letters(number) for number, text in enumerate(texts)}


def _letters(number: int) -> str:
    head = _letters(number // 26 - 1) if number >= 26 else ""
    return head + chr(ord("a") + number % 26)


def marks(cell: Cell, notes: Mapping[str, str]) -> str:
    """Return the footnote marks of a cell, for example a,c."""
    return ",".join(sorted((notes[note] for note in cell.notes), key=lambda mark: (len(mark), mark)))

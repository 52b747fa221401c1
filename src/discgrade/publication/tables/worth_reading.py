"""The discs that are worth reading again: the least probable labels, by models that did not learn them."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from discgrade import records
from discgrade.publication import wording
from discgrade.publication.context import Context
from discgrade.publication.keys import Traced
from discgrade.publication.render.files import TableFiles, write_table
from discgrade.publication.render.table import DASH, Cell, Row, Section, Table, absences
from discgrade.publication.tables.label_noise import NO_LABELS
from discgrade.publication.tables.rows.scores import number
from discgrade.records.cell_keys import CellKey
from discgrade.records.results.labels import LABEL_QUALITY

PRINTED = 25
"""Most discs that are printed; the CSV has all of them."""
_FIELDS = ("disc", "patient", "level", "origin", "grade", "expected", "quality", "again")

Disc = Mapping[str, Any]


def worth_reading(*, quality: Path, reason: str, context: Context, files: TableFiles) -> None:
    """Print the discs that are worth reading again, the least probable label first.

    Args:
        quality: `label_quality.parquet`.
        reason: Why there is nothing to rank them by; empty if there is.
        context: What the study is, in words.
        files: What to write.
    """
    ranked: list[Disc] = records.read(quality, LABEL_QUALITY).to_pylist()
    missed = reason or (NO_LABELS if not ranked else "")
    first = ranked[: share_of(len(ranked))]
    table = Table(
        name="worth_reading",
        title="Discs worth reading again.",
        caption=_caption(ranked, first, context),
        stub="Place",
        headings=[Cell(words) for words in ("Disc", "Level", "Label", "Expected", "Quality", "Read again")],
        sections=[Section(Cell(), [_line(disc) for disc in first[:PRINTED]])] if first else [],
        absent=absences([("Discs worth reading again", missed)]) if missed else (),
    )
    write_table(table, [_values(disc) for disc in first], files)


def share_of(discs: int) -> int:
    """Return how many of so many ranked discs are shown: a tenth."""
    return round(discs / 10)


def _caption(ranked: Sequence[Disc], first: Sequence[Disc], context: Context) -> str:
    data = f"Data: {wording.data_words(context.study, context.source)}."
    if not first:
        return data
    shown = f", {min(PRINTED, len(first))} of them printed" if len(first) > PRINTED else ""
    return (
        f"{data} The tenth of {len(ranked):,} labels that is least probable, {len(first):,} discs{shown}. Quality: "
        "probability of the integral grade that was read, by models that did not learn the disc; expected: mean of "
        f"their probabilities. {_reread(ranked, first)} A re-reading is a further reading: labels and scores stay as "
        "they are."
    )


def _reread(ranked: Sequence[Disc], first: Sequence[Disc]) -> str:
    """Say what the rater's next reading made of the labels, in the list and elsewhere."""
    parts = [
        (sum(disc["again"] is not None for disc in part), sum(map(_nearer, part)))
        for part in (first, ranked[len(first) :])
    ]
    (read, moved), (others, others_moved) = parts
    if not read + others:
        return "None was read again."
    return (
        f"{read} of them were read again, and {moved} of the answers came nearer to the models; of the other discs "
        f"{others}, and {others_moved}."
    )


def _nearer(disc: Disc) -> bool:
    again, expected = disc["again"], disc["expected"]
    return again is not None and abs(again - expected) < abs(disc["grade"] - expected) - 1e-6


def _line(disc: Disc) -> Row:
    again = DASH if disc["again"] is None else f"{disc['again']:g}"
    texts = [
        disc["disc"],
        disc["level"],
        f"{disc['grade']:g}",
        number(disc["expected"], 2),
        number(disc["quality"]),
        again,
    ]
    names = ("disc", "level", "grade", "expected", "quality", "again")
    cells = [Cell(text, keys=(_key(disc, name),)) for name, text in zip(names, texts, strict=True)]
    return Row(Cell(str(disc["place"])), cells)


def _values(disc: Disc) -> dict[str, object]:
    traced = {name: Traced(disc[name], (_key(disc, name),)) for name in _FIELDS}
    shares = {
        f"p_{grade}": Traced(p, (_key(disc, "probabilities"),))
        for grade, p in enumerate(disc["probabilities"], start=1)
    }
    return {"place": disc["place"], **traced, **shares}


def _key(disc: Disc, field: str) -> CellKey:
    return CellKey("label_quality", field, scope="disc", group=disc["disc"], enters="from")

"""The Results in words: each number that the paper's text states, next to this study's."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import fields
from math import isnan
from pathlib import Path

from discgrade.publication.context import ComparedContext
from discgrade.publication.keys import Traced
from discgrade.publication.published import PAPER, citation, published, remarks
from discgrade.publication.render.files import TableFiles, write_table
from discgrade.publication.render.table import Cell, Row, Section, Table, absences, missing
from discgrade.publication.tables.paper.stating import (
    Statement,
    agreement,
    large_errors,
    never_predicted,
    optimism,
    over_one,
    resolution_difference,
    smallest_share,
)
from discgrade.publication.tables.pseudo_labels import own_labels
from discgrade.publication.tables.rows.captions import caption
from discgrade.publication.tables.rows.errors import read_errors
from discgrade.publication.tables.rows.readers import INTER_RATER, INTRA_RATER
from discgrade.publication.tables.rows.scores import EQUAL, interval_text, number, read_study, spread_notes
from discgrade.publication.tables.rows.variants import has_default_protocol, shown_split, variant_lines


def statements(
    *,
    scores: Path,
    intervals: Path,
    comparisons: Path,
    graded: Path,
    pseudo: Path | None = None,
    context: ComparedContext,
    files: TableFiles,
) -> None:
    """Print each number that the paper's Results state in words, and if compared what it states.

    Args:
        scores: `scores.parquet`.
        intervals: `intervals.parquet`.
        comparisons: `comparisons.parquet`.
        graded: `graded.parquet`.
        pseudo: `pseudo_labels.parquet`; None where no cohort is labelled by a model.
        context: What the study is, in words.
        files: What to write.
    """
    study = read_study(scores, intervals, comparisons)
    lines = variant_lines(study, context)
    trained = [line for line in lines if line.samples(study)]
    errors = {line.row: read_errors(graded, line.run) for line in trained}
    parts = {
        "Intra-rater agreement": list(agreement(study, "intra_rater", INTRA_RATER)),
        "Inter-rater agreement": list(agreement(study, "inter_rater", INTER_RATER)),
        "Default model": [*agreement(study, "default", lines[0]), *large_errors(study, lines[0], errors)],
        "Less training data, other resolution": [smallest_share(study, context), resolution_difference(study, context)],
        "Labels that a model made": [Statement(**told) for told in own_labels(pseudo)],
        "Protocol": [
            optimism(study, lines[0], line) for line in trained if not has_default_protocol(context, line.row)
        ],
        "Errors over one grade": [over_one(study, line) for line in trained[1:]],
        "Grades never predicted": [never_predicted(line, errors[line.row]) for line in trained],
    }
    stated = {title: [one for one in part if context.compare or not one.reason] for title, part in parts.items()}
    table = Table(
        name="statements",
        title="The Results in words.",
        caption=caption(study, context, shown_split(study, context)),
        stub="Statement",
        headings=[Cell("This study"), *([Cell(citation(PAPER))] if context.compare else [])],
        sections=[
            Section(Cell(title), [_row(one, context.compare) for one in part]) for title, part in stated.items() if part
        ],
        absent=() if context.compare else absences(_missed(parts)),
    )
    write_table(table, [_values(one, context.compare) for part in stated.values() for one in part], files)


def _missed(parts: Mapping[str, Sequence[Statement]]) -> Iterator[tuple[str, str]]:
    """Yield what is not stated and why: a whole part in one where a single reason keeps it from being stated."""
    for title, part in parts.items():
        reasons = {one.reason for one in part}
        if len(reasons) == 1 and all(reasons):
            yield title, part[0].reason
        else:
            yield from ((f"{title}: {one.words}", one.reason) for one in part if one.reason)


def _row(statement: Statement, compare: bool) -> Row:
    printed = _printed().get(statement.statement)
    theirs = Cell(printed["value"] or printed["text"], notes=remarks([printed["notes"]])) if printed else Cell()
    keys = tuple(key for found in statement.keys.values() for key in found)
    if statement.text:
        ours = Cell(statement.text, keys=keys)
    elif isnan(statement.value):
        ours = missing(statement.reason)
    else:
        bounds = {"lower": statement.lower, "upper": statement.upper}
        paired = "minus" in statement.words
        notes = (EQUAL,) if paired and not (statement.lower or statement.upper) else spread_notes(bounds)
        ours = Cell(number(statement.value, signed=paired), interval_text(bounds), notes=notes, keys=keys)
    return Row(Cell(statement.words), [ours, theirs] if compare else [ours])


def _values(statement: Statement, compare: bool) -> dict[str, object]:
    printed = _printed().get(statement.statement, {})
    theirs = {f"published_{name}": printed.get(name) or None for name in ("value", "text") if compare}
    ours = {one.name: getattr(statement, one.name) for one in fields(statement) if one.name != "keys"}
    return ours | {column: Traced(ours[column], keys) for column, keys in statement.keys.items()} | theirs


def _printed() -> dict[str, dict[str, str]]:
    return {row["statement"]: row for row in published("statements")}

"""Table 3: agreement per grade within and between raters and of the default model, next to the published values."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from discgrade.grades import INTEGRAL
from discgrade.publication.context import ComparedContext
from discgrade.publication.keys import Key
from discgrade.publication.published import PAPER, citation, published, remarks
from discgrade.publication.render.files import TableFiles, write_table
from discgrade.publication.render.table import DASH, Cell, Row, Section, Table, absences
from discgrade.publication.tables.rows.captions import caption
from discgrade.publication.tables.rows.lines import THIS_STUDY, Line, known_lines
from discgrade.publication.tables.rows.readers import INTER_RATER, INTRA_RATER
from discgrade.publication.tables.rows.scores import Study, read_study, score_cell, score_value, score_values
from discgrade.publication.tables.rows.variants import shown_split, variant_lines
from discgrade.publication.wording import HEADINGS, PAIRS

METRICS = ("precision", "sensitivity", "f1", "jaccard")
# Whose published values stand next to a line.
_PRINTED = {"intra_rater": "intra_rater", "inter_rater": "inter_rater"}


def table3(*, scores: Path, intervals: Path, context: ComparedContext, files: TableFiles) -> None:
    """Print precision, sensitivity, F1 and Jaccard similarity of each integral grade.

    Args:
        scores: `scores.parquet`.
        intervals: `intervals.parquet`.
        context: What the study is, in words.
        files: What to write.
    """
    study = read_study(scores, intervals)
    default = variant_lines(study, context)[0]
    raters = {PAIRS[line.row]: line for line in (INTRA_RATER, INTER_RATER)}
    lines = raters | {default.label: default}
    shown = {label: line for label, line in lines.items() if known_lines(study, [line], context.compare)}
    table = Table(
        name="table3",
        title="Agreement per grade: raters among themselves and the default model.",
        number="Table 3" if context.compare else "",
        caption=caption(study, context, shown_split(study, context)) + _bold_words(shown, context.compare),
        stub="Metric and rater",
        headings=[Cell(f"Grade {grade:g}") for grade in INTEGRAL],
        sections=[
            _samples(study, shown),
            *(Section(Cell(HEADINGS[metric]), _rows(study, metric, shown, context.compare)) for metric in METRICS),
        ],
        absent=absences((label, line.absent) for label, line in lines.items() if label not in shown),
    )
    write_table(table, _values(study, list(shown.values()), context.compare), files)


def _bold_words(shown: Mapping[str, Line], compare: bool) -> str:
    if len(shown) == 1:
        return ""
    other = "Table 2" if compare else "the table of global agreement"
    return (
        " None is bold: raters and model were scored on different discs; paired comparisons on the same discs stand in "
        f"{other}."
    )


def _samples(study: Study, lines: Mapping[str, Line]) -> Section:
    """Print how many scored samples have each reference grade."""
    rows = []
    for label, line in lines.items():
        counts = [study.scores.get(_key(line, "f1", grade)) for grade in INTEGRAL]
        if all(counts):
            keys = [(_key(line, "f1", grade).cell("scores", "n"),) for grade in INTEGRAL]
            cells = [Cell(f"{row['n']:,}", keys=key) for row, key in zip(counts, keys, strict=True) if row]
            rows.append(Row(Cell(label), cells))
    return Section(Cell("Samples of that reference grade"), rows)


def _key(line: Line, metric: str, grade: float) -> Key:
    return line.key(metric)._replace(grade=float(grade))


def _rows(study: Study, metric: str, lines: Mapping[str, Line], compare: bool) -> list[Row]:
    """Print one metric: each rater of this study, and below, if compared, the published values."""
    rows = []
    for label, line in lines.items():
        if line.samples(study) is None:
            rows.append(Row(Cell(label, notes=(line.absent,)), [Cell(DASH)] * len(INTEGRAL)))
        else:
            keys = [_key(line, metric, grade) for grade in INTEGRAL]
            rows.append(Row(Cell(label), [score_cell(study, key, line.absent) for key in keys]))
        rows += [_printed_row(metric, _PRINTED.get(line.row, "default"))] if compare else []
    return rows


def _printed_row(metric: str, row: str) -> Row:
    cells = [_printed_cell(line, metric) for line in published("table3") if line["row"] == row]
    return Row(Cell(citation(PAPER)), cells, quiet=True)


def _printed_cell(line: Mapping[str, str], metric: str) -> Cell:
    column, _, note = line["notes"].partition(":")
    return Cell(line[metric], notes=remarks([note]) if column == metric else ())


def _values(study: Study, lines: Sequence[Line], compare: bool) -> list[dict[str, object]]:
    """Return every score in full precision, one row a rater and grade, then, if compared, the published ones."""
    values: list[dict[str, object]] = []
    for line in lines:
        for grade in INTEGRAL:
            count = score_value(study, _key(line, "f1", grade), "n")
            row: dict[str, object] = {"row": line.row, "source": THIS_STUDY, "grade": grade, "n": count}
            for metric in (*METRICS, "specificity"):
                row |= score_values(study, _key(line, metric, grade))
            values.append(row)
    for printed in published("table3") if compare else ():
        numbers = {metric: float(printed[metric]) for metric in METRICS}
        notes = " ".join(remarks([printed["notes"].partition(":")[2]]))
        values.append(
            {"row": printed["row"], "source": PAPER, "grade": float(printed["grade"]), "notes": notes} | numbers
        )
    return values

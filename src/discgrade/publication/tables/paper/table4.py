"""Table 4: the default model on the hold-out test set and in cross-validation, and the difference between them."""

from collections.abc import Mapping, Sequence
from math import isnan
from pathlib import Path

from discgrade.publication.context import ComparedContext
from discgrade.publication.keys import Traced
from discgrade.publication.published import PAPER, citation, published, remarks
from discgrade.publication.render.files import TableFiles, write_table
from discgrade.publication.render.table import Cell, Row, Section, Table, absences, missing
from discgrade.publication.tables.rows.captions import caption, cross_validation, interval_words
from discgrade.publication.tables.rows.lines import THIS_STUDY, Line, known_lines, line_cell
from discgrade.publication.tables.rows.readers import INTER_RATER, INTRA_RATER
from discgrade.publication.tables.rows.scores import Study, number, over_seeds, read_study, score_value, score_values
from discgrade.publication.wording import ON_SCALES, PAIRS, split_heading
from discgrade.settings.run import FOLD_MEAN, HOLDOUT

_RATERS = ("Not of Table 4 of the paper, but of its Results and Table 2: what raters reach next to the model.",)
_NO_PAIR = "Needs both scores."


def table4(*, scores: Path, intervals: Path, context: ComparedContext, files: TableFiles) -> None:
    """Print the scores of the hold-out test set, of the folds, and their difference.

    Args:
        scores: `scores.parquet`.
        intervals: `intervals.parquet`.
        context: What the study is, in words; its `unit` says whether folds are pooled or averaged.
        files: What to write.
    """
    study = read_study(scores, intervals)
    holdout, folds = (
        Line(row, split_heading(split, context.folds), over_seeds(context.default, split=split))
        for row, split in (("fixed", HOLDOUT), ("folds", cross_validation(context)))
    )
    lines = [holdout, folds, INTRA_RATER, INTER_RATER]
    table = (_compared if context.compare else _own)(study, context, lines)
    write_table(table, _values(study, known_lines(study, lines, context.compare), context.compare), files)


def _compared(study: Study, context: ComparedContext, lines: Sequence[Line]) -> Table:
    """Print all columns, and next to each what was published."""
    holdout, folds, *readers = lines
    raters = [Cell(PAIRS[line.row], notes=_RATERS) for line in readers]
    printed = {row["metric"]: row for row in published("table4")}
    return Table(
        name="table4",
        title="The default model on the hold-out test set and in cross-validation.",
        number="Table 4",
        caption=_caption(study, context, folds),
        stub="Metric",
        headings=[
            *(Cell(holdout.label), Cell(folds.label), Cell("Difference"), *raters),
            Cell(holdout.label, notes=remarks(["fixed_scored_copies"])),
            *(Cell(split_heading(FOLD_MEAN, 10)), Cell("Difference"), *raters),
        ],
        spans=[("This study", 5), (citation(PAPER), 5)],
        sections=[Section(Cell(), [_row(study, metric, lines, printed[metric]) for metric in ON_SCALES])],
    )


def _own(study: Study, context: ComparedContext, lines: Sequence[Line]) -> Table:
    """Print the columns and metrics that this study has, and say why it lacks the others."""
    holdout, folds, *_ = lines
    shown = known_lines(study, lines, compare=False)
    columns = [Cell(PAIRS.get(line.row, line.label)) for line in shown]
    both = holdout in shown and folds in shown
    if both:
        columns.insert(2, Cell("Difference"))
    metrics = [name for name in ON_SCALES if any(line.key(name) in study.scores for line in shown)]
    missed = [(PAIRS.get(line.row, line.label), line.absent) for line in lines if line not in shown]
    missed += [(ON_SCALES[name], "Needs fractional grades.") for name in ON_SCALES if name not in metrics]
    return Table(
        name="table4",
        title=f"The default model{' on the hold-out test set and in cross-validation' if both else ' and the raters'}.",
        caption=_caption(study, context, folds) if both else caption(study, context, shown[0].run.split),
        stub="Metric",
        headings=columns,
        sections=[Section(Cell(), [_own_row(study, metric, shown, lines, both) for metric in metrics])],
        absent=absences(missed),
    )


def _own_row(study: Study, metric: str, shown: Sequence[Line], lines: Sequence[Line], both: bool) -> Row:
    cells = [line_cell(study, line, metric) for line in shown]
    if both:
        cells.insert(2, _difference_cell(study, metric, lines))
    return Row(Cell(ON_SCALES[metric]), cells)


def _caption(study: Study, context: ComparedContext, folds: Line) -> str:
    samples = folds.samples(study)
    drawn = interval_words(study, folds.key("accuracy"))
    words = f" Folds: {'; '.join(filter(None, [f'n = {samples:,}', drawn]))}." if samples else ""
    return caption(study, context, HOLDOUT) + words + " Difference: hold-out test set minus folds."


def _difference(study: Study, metric: str, lines: Sequence[Line]) -> float:
    holdout, folds = (study.scores.get(line.key(metric)) for line in lines[:2])
    return holdout["value"] - folds["value"] if holdout and folds else float("nan")


def _difference_cell(study: Study, metric: str, lines: Sequence[Line]) -> Cell:
    difference = _traced_difference(study, metric, lines)
    if not isinstance(difference, Traced):
        return missing(_NO_PAIR)
    return Cell(number(_difference(study, metric, lines), signed=True), keys=difference.keys)


def _row(study: Study, metric: str, lines: Sequence[Line], printed: Mapping[str, str]) -> Row:
    ours = [line_cell(study, line, metric) for line in lines]
    ours.insert(2, _difference_cell(study, metric, lines))
    decimals = len(printed["fixed"].partition(".")[2])
    theirs = [
        Cell(printed["fixed"]),
        Cell(printed["folds"], f"{printed['lower']}, {printed['upper']}"),
        Cell(number(float(printed["fixed"]) - float(printed["folds"]), decimals, signed=True)),
        Cell(printed["intra_rater"]),
        Cell(printed["inter_rater"]),
    ]
    return Row(Cell(ON_SCALES[metric]), ours + theirs)


def _values(study: Study, lines: Sequence[Line], compare: bool) -> list[dict[str, object]]:
    """Return hold-out test set, folds, raters and difference in full precision, of this study and as published."""
    rows: list[dict[str, object]] = []
    for line in lines:
        count = score_value(study, line.key("accuracy"), "n")
        row: dict[str, object] = {"row": line.row, "source": THIS_STUDY, "split": line.run.split, "n": count}
        for metric in ON_SCALES:
            row |= score_values(study, line.key(metric))
        rows.append(row)
    if [line.row for line in lines[:2]] == ["fixed", "folds"]:
        differences = {metric: _traced_difference(study, metric, lines) for metric in ON_SCALES}
        rows.append({"row": "difference", "source": THIS_STUDY, **differences})
    return rows + (_printed_values() if compare else [])


def _traced_difference(study: Study, metric: str, lines: Sequence[Line]) -> Traced | float:
    difference = _difference(study, metric, lines)
    holdout, folds = (line.key(metric) for line in lines[:2])
    keys = (holdout.cell("scores", "value"), folds.cell("scores", "value", "less"))
    return difference if isnan(difference) else Traced(difference, keys)


def _printed_values() -> list[dict[str, object]]:
    rows: dict[str, dict[str, object]] = {
        name: {"row": name, "source": PAPER} for name in ("fixed", "folds", "intra_rater", "inter_rater")
    }
    for printed in published("table4"):
        metric = printed["metric"]
        for name, row in rows.items():
            row[metric] = float(printed[name])
        rows["folds"] |= {f"{metric}_{bound}": float(printed[bound]) for bound in ("lower", "upper")}
    return list(rows.values())

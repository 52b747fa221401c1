"""Table 4: the default model on the fixed split against cross-validation, and the difference between them."""

from collections.abc import Mapping, Sequence
from math import isnan
from pathlib import Path
from typing import Any

import pandas as pd

from discgrade.publication.published import PAPER, citation, published, remarks
from discgrade.publication.render.files import write_table
from discgrade.publication.render.table import DASH, Cell, Row, Section, Table
from discgrade.publication.tables.captions import Context, caption, cross_validation, interval_words, split_heading
from discgrade.publication.tables.lines import THIS_STUDY, Line, line_cell
from discgrade.publication.tables.readers import INTER_RATER, INTRA_RATER
from discgrade.publication.tables.scores import Study, number, over_seeds, read_study, score_values
from discgrade.settings.grid import HOLDOUT

METRICS = {
    "accuracy_fractional": "Accuracy, 13 grades",
    "accuracy": "Accuracy, integral grades",
    "kappa_linear_fractional": "Cohen's κ (linear), 13 grades",
    "kappa_linear": "Cohen's κ (linear), integral grades",
    "mcc": "MCC, integral grades",
    "mae": "MAE (grades)",
    "pearson_r": "Pearson r",
}
_RATERS = ("Not of Table 4 of the paper, but of its Results and Table 2: what raters reach beside the model.",)


def table4(*, scores: Path, intervals: Path, context: Context, destination: Mapping[str, Path]) -> None:
    """Print the scores of the fixed split, of the folds, and fixed minus folds.

    Args:
        scores: `scores.parquet`.
        intervals: `intervals.parquet`.
        context: As `study.reporting` returns; its `unit` says whether folds are pooled or averaged.
        destination: Path of each of csv, md, tex and html.
    """
    study = read_study(scores, intervals)
    fixed = Line("fixed", "Fixed split", over_seeds(context["default"], split=HOLDOUT))
    split = cross_validation(context)
    folds = Line("folds", split_heading(context, split), over_seeds(context["default"], split=split))
    lines = [fixed, folds, INTRA_RATER, INTER_RATER]
    printed = {row["metric"]: row for row in published("table4")}
    table = Table(
        name="table4",
        title="The default model on the fixed split and in cross-validation.",
        number="Table 4",
        caption=_caption(study, context, folds),
        stub="Metric",
        headings=[
            Cell(fixed.label),
            Cell(folds.label),
            Cell("Difference"),
            Cell("Intra-rater", notes=_RATERS),
            Cell("Inter-rater", notes=_RATERS),
            Cell("Fixed split", notes=remarks(["fixed_scored_copies"])),
            Cell("Mean of 10 folds"),
            Cell("Difference"),
            Cell("Intra-rater", notes=_RATERS),
            Cell("Inter-rater", notes=_RATERS),
        ],
        spans=[("This study", 5), (citation(PAPER), 5)],
        sections=[Section(Cell(), [_row(study, metric, lines, printed[metric]) for metric in METRICS])],
    )
    write_table(table, pd.DataFrame(_values(study, lines)), destination)


def _caption(study: Study, context: Context, folds: Line) -> str:
    drawn = interval_words(study, folds.key("accuracy"))
    words = f" Folds: n = {folds.samples(study):,}; {drawn}." if folds.samples(study) else ""
    return caption(study, context, HOLDOUT) + words + " Difference: fixed split minus folds."


def _difference(study: Study, metric: str, lines: Sequence[Line]) -> float:
    fixed, folds = (study.scores.get(line.key(metric)) for line in lines[:2])
    return fixed["value"] - folds["value"] if fixed and folds else float("nan")


def _row(study: Study, metric: str, lines: Sequence[Line], printed: Mapping[str, str]) -> Row:
    difference = _difference(study, metric, lines)
    ours = [line_cell(study, line, metric) for line in lines]
    ours.insert(2, Cell(DASH if isnan(difference) else number(difference, signed=True)))
    decimals = len(printed["fixed"].partition(".")[2])
    theirs = [
        Cell(printed["fixed"]),
        Cell(printed["folds"], f"{printed['lower']}, {printed['upper']}"),
        Cell(number(float(printed["fixed"]) - float(printed["folds"]), decimals, signed=True)),
        Cell(printed["intra_rater"]),
        Cell(printed["inter_rater"]),
    ]
    return Row(Cell(METRICS[metric]), ours + theirs)


def _values(study: Study, lines: Sequence[Line]) -> list[dict[str, Any]]:
    """Return fixed split, folds, raters and difference in full precision, of this study and as published."""
    rows: list[dict[str, Any]] = []
    for line in lines:
        row: dict[str, Any] = {"row": line.row, "source": THIS_STUDY, "split": line.run.split, "n": line.samples(study)}
        for metric in METRICS:
            row |= score_values(study, line.key(metric))
        rows.append(row)
    differences = {metric: _difference(study, metric, lines) for metric in METRICS}
    rows.append({"row": "difference", "source": THIS_STUDY} | differences)
    return rows + _printed_values()


def _printed_values() -> list[dict[str, Any]]:
    rows: dict[str, dict[str, Any]] = {
        name: {"row": name, "source": PAPER} for name in ("fixed", "folds", "intra_rater", "inter_rater")
    }
    for printed in published("table4"):
        metric = printed["metric"]
        for name, row in rows.items():
            row[metric] = float(printed[name])
        rows["folds"] |= {f"{metric}_{bound}": float(printed[bound]) for bound in ("lower", "upper")}
    return list(rows.values())

"""Table 4: the default model on the fixed split against cross-validation, and the difference between them."""

from collections.abc import Mapping
from math import isnan
from pathlib import Path
from typing import Any

import pandas as pd

from discgrade.publication.published import PAPER, citation, published, remarks
from discgrade.publication.render.files import write_table
from discgrade.publication.render.table import DASH, Cell, Row, Section, Table
from discgrade.publication.tables.captions import Context, caption, cross_validation, interval_words, split_heading
from discgrade.publication.tables.lines import THIS_STUDY, Line, line_cell
from discgrade.publication.tables.scores import Study, number, over_seeds, read_study, score_values
from discgrade.study import HOLDOUT

METRICS = {
    "accuracy_fractional": "Accuracy, 13 grades",
    "accuracy": "Accuracy, integral grades",
    "kappa_linear_fractional": "Cohen's κ (linear), 13 grades",
    "kappa_linear": "Cohen's κ (linear), integral grades",
    "mcc": "MCC, integral grades",
    "mae": "MAE (grades)",
    "pearson_r": "Pearson r",
}


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
    printed = {row["metric"]: row for row in published("table4")}
    paper = citation(PAPER)
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
            Cell(f"{paper}: fixed split", notes=remarks(["fixed_scored_copies"])),
            Cell(f"{paper}: mean of 10 folds"),
            Cell(f"{paper}: difference"),
        ],
        sections=[Section(Cell(), [_row(study, metric, fixed, folds, printed[metric]) for metric in METRICS])],
    )
    write_table(table, pd.DataFrame(_values(study, fixed, folds)), destination)


def _caption(study: Study, context: Context, folds: Line) -> str:
    drawn = interval_words(study, folds.key("accuracy"))
    words = f" Folds: n = {folds.samples(study):,}; {drawn}." if folds.samples(study) else ""
    return caption(study, context, HOLDOUT) + words + " Difference: fixed split minus folds."


def _difference(study: Study, metric: str, fixed: Line, folds: Line) -> float:
    rows = [study.scores.get(line.key(metric)) for line in (fixed, folds)]
    return rows[0]["value"] - rows[1]["value"] if rows[0] and rows[1] else float("nan")


def _row(study: Study, metric: str, fixed: Line, folds: Line, printed: Mapping[str, str]) -> Row:
    difference = _difference(study, metric, fixed, folds)
    decimals = len(printed["fixed"].partition(".")[2])
    cells = [
        line_cell(study, fixed, metric),
        line_cell(study, folds, metric),
        Cell(DASH if isnan(difference) else number(difference, signed=True)),
        Cell(printed["fixed"]),
        Cell(printed["folds"], f"{printed['lower']}, {printed['upper']}"),
        Cell(number(float(printed["fixed"]) - float(printed["folds"]), decimals, signed=True)),
    ]
    return Row(Cell(METRICS[metric]), cells)


def _values(study: Study, fixed: Line, folds: Line) -> list[dict[str, Any]]:
    """Return fixed, folds and difference in full precision, of this study and as published."""
    rows: list[dict[str, Any]] = []
    for line in (fixed, folds):
        row: dict[str, Any] = {"row": line.row, "source": THIS_STUDY, "split": line.run.split, "n": line.samples(study)}
        for metric in METRICS:
            row |= score_values(study, line.key(metric))
        rows.append(row)
    differences = {metric: _difference(study, metric, fixed, folds) for metric in METRICS}
    rows.append({"row": "difference", "source": THIS_STUDY} | differences)
    return rows + _printed_values()


def _printed_values() -> list[dict[str, Any]]:
    fixed: dict[str, Any] = {"row": "fixed", "source": PAPER}
    folds: dict[str, Any] = {"row": "folds", "source": PAPER}
    for row in published("table4"):
        metric = row["metric"]
        fixed[metric], folds[metric] = float(row["fixed"]), float(row["folds"])
        folds |= {f"{metric}_{bound}": float(row[bound]) for bound in ("lower", "upper")}
    return [fixed, folds]

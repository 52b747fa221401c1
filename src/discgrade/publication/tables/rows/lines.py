"""Rows of this study in a table of scores: printed with intervals, and with keys in full precision."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from math import isnan

from discgrade.publication.keys import Key, Traced, run_key
from discgrade.publication.render.table import DASH, Cell, Row, missing
from discgrade.publication.tables.rows.best import is_rounded
from discgrade.publication.tables.rows.scores import (
    Study,
    interval_text,
    interval_value,
    number,
    score_cell,
    score_value,
    score_values,
)
from discgrade.reliability.scores.metrics import ERRORS, GLOBAL
from discgrade.settings.run import Run

THIS_STUDY = "this study"
FRACTIONAL = ("accuracy_fractional", "kappa_linear_fractional", "kappa_linear_fractional_values")
AGAINST_FRACTIONAL = tuple(f"{metric}_fractional_reference" for metric in ERRORS)
METRICS = (*GLOBAL, *ERRORS, *FRACTIONAL, *AGAINST_FRACTIONAL)

_DRAWN = ("unit", "units", "probability", "draws", "bootstrap_seed")


@dataclass(frozen=True)
class Line:
    """A row of this study.

    Attributes:
        row: Its key in the CSV.
        label: Its printed label.
        run: Whose scores it shows, over all seeds.
        scope: What the discs are restricted by.
        group: Value of the scope.
        absent: Why there is nothing to show, if there is nothing.
        notes: Footnotes of its label.
    """

    row: str
    label: str
    run: Run
    scope: str = "all"
    group: str = ""
    absent: str = "Not part of this study."
    notes: tuple[str, ...] = ()

    def key(self, metric: str) -> Key:
        """Return the key of one of the line's scores."""
        return Key(self.run, metric, self.scope, self.group)

    def samples(self, study: Study) -> int | None:
        """Return the number of scored samples; None if the line has no scores."""
        row = study.scores.get(self.key("accuracy"))
        return row["n"] if row else None


def known_lines(study: Study, lines: Sequence[Line], compare: bool) -> list[Line]:
    """Return the lines that have scores; compared with the paper, all lines."""
    return [line for line in lines if compare or line.samples(study) is not None]


def line_row(study: Study, line: Line, metrics: Sequence[str], best: Mapping[str, Collection[Run]]) -> Row:
    """Print a line: the number of samples and its scores; dashes and a footnote if the study has none."""
    samples = line.samples(study)
    if samples is None:
        return Row(Cell(line.label, notes=(line.absent,)), [Cell(DASH)] * (len(metrics) + 1))
    cells = [line_cell(study, line, metric, line.run in best.get(metric, ())) for metric in metrics]
    scored = (line.key("accuracy").cell("scores", "n"),)
    return Row(Cell(line.label, notes=line.notes), [Cell(f"{samples:,}", keys=scored), *cells])


def line_cell(study: Study, line: Line, metric: str, bold: bool = False) -> Cell:
    """Print one score of a line; errors of a run on integral grades carry those against the fractional reference."""
    if line.samples(study) is None:
        return missing(line.absent)
    notes: tuple[str, ...] = ()
    if metric in ERRORS and is_rounded(study, line.key(metric)):
        notes = _against_fractional(study, line)
    elif metric in ERRORS and line.key("accuracy_fractional") not in study.scores:
        notes = ("On integral grades, since the readings have no others.",)
    return score_cell(study, line.key(metric), "Needs fractional grades.", bold=bold, notes=notes)


def _against_fractional(study: Study, line: Line) -> tuple[str, ...]:
    """Return the footnote of a run on integral grades: its errors against the fractional reference."""
    parts = []
    for metric, name in (("mae", "MAE"), ("pearson_r", "r")):
        key = line.key(f"{metric}_fractional_reference")
        value, interval = study.scores[key]["value"], interval_text(study.intervals.get(key))
        shown = "undefined" if isnan(value) else number(value)
        parts.append(f"{name} {shown}" + (f" ({interval})" if interval else ""))
    return (f"Against integral grades, so not comparable; against the fractional reference {' and '.join(parts)}.",)


def line_values(study: Study, line: Line, best: Mapping[str, Collection[Run]]) -> dict[str, object]:
    """Return what names a line, its scores and their bounds in full precision."""
    values: dict[str, object] = {
        "row": line.row,
        "source": THIS_STUDY,
        "split": line.run.split,
        "scope": line.scope,
        "group": line.group,
        "n": score_value(study, line.key("accuracy"), "n"),
        "best": _best_metrics(line, best),
    }
    for metric in METRICS:
        values |= score_values(study, line.key(metric))
    return values | {name: interval_value(study, line.key("accuracy"), name) for name in _DRAWN}


def _best_metrics(line: Line, best: Mapping[str, Collection[Run]]) -> Traced | str:
    """Name the metrics in which a line is bold, as its comparisons with any other variant say."""
    metrics = " ".join(metric for metric, runs in best.items() if line.run in runs and line.scope == "all")
    any_variant = replace(line.run, variant="")
    return Traced(metrics, (run_key(any_variant, "comparisons", "difference", "from"),)) if metrics else ""

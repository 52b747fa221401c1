"""Table 2: global agreement of human and machine raters, next to the published rows."""

from collections.abc import Collection, Mapping, Sequence
from pathlib import Path

from discgrade.publication import wording
from discgrade.publication.context import ComparedContext
from discgrade.publication.published import citation, published, remarks
from discgrade.publication.render.files import TableFiles, write_table
from discgrade.publication.render.table import Cell, Row, Section, Table, absences
from discgrade.publication.tables.rows.best import best_runs, comparable
from discgrade.publication.tables.rows.captions import caption
from discgrade.publication.tables.rows.lines import Line, known_lines, line_row, line_values
from discgrade.publication.tables.rows.readers import INTER_RATER, INTRA_RATER, NOISE_CEILING, doubly_read_lines
from discgrade.publication.tables.rows.scores import Study, read_study
from discgrade.publication.tables.rows.variants import default_lines, has_default_protocol, shown_split, variant_lines
from discgrade.publication.wording import HEADINGS
from discgrade.settings.run import Run

_NOTES = {
    "kappa_linear": ("κ with linear weights; κ to CCC on integral grades, averages over the five grades.",),
    "mae": ("In grades; MAE and r on fractional grades where reference and prediction have them.",),
}

_READERS = {
    "Human, intra-rater": INTRA_RATER,
    "Human, inter-rater": INTER_RATER,
    "Noise ceiling of single readings": NOISE_CEILING,
}

Best = Mapping[str, Collection[Run]]


def table2(*, scores: Path, intervals: Path, comparisons: Path, context: ComparedContext, files: TableFiles) -> None:
    """Print the global scores of raters and variants, and those of the literature.

    Args:
        scores: `scores.parquet`.
        intervals: `intervals.parquet`.
        comparisons: `comparisons.parquet`.
        context: What the study is, in words.
        files: What to write.
    """
    study = read_study(scores, intervals, comparisons)
    parts = _parts(study, context)
    shown = [line for line in variant_lines(study, context) if line.samples(study)]
    runs = [line.run for line in shown if has_default_protocol(context, line.row)]
    best = {metric: best_runs(study, runs, metric) for metric in HEADINGS} if runs else {}
    lines = [line for part in parts.values() for line in part]
    values = [line_values(study, line, best) for line in lines] + (_printed_values() if context.compare else [])
    table = Table(
        name="table2",
        title="Global agreement of human and machine raters with the reference grades.",
        number="Table 2" if context.compare else "",
        caption=caption(study, context, shown_split(study, context)) + _bold_words(study, runs),
        stub="Rater",
        headings=[Cell("n"), *(Cell(text, notes=_NOTES.get(metric, ())) for metric, text in HEADINGS.items())],
        sections=[
            *(_section(study, title, part, best, context.compare) for title, part in parts.items()),
            *([_literature()] if context.compare else []),
        ],
        absent=() if context.compare else _absent(study, context),
    )
    write_table(table, values, files)


def _parts(study: Study, context: ComparedContext) -> dict[str, list[Line]]:
    """Return this study's rows by the title of their section."""
    split = wording.split_words(shown_split(study, context), context.folds)
    default = wording.variant_name(context.default.variant, context.labels)
    known = [line for line in default_lines(study, context) if line.samples(study)]
    readers = {title: known_lines(study, [line], context.compare) for title, line in _READERS.items()}
    parts = {
        **readers,
        f"Models, {split}": known_lines(study, variant_lines(study, context), context.compare),
        f"{default} elsewhere": known,
        f"{default}, out of fold, on doubly read discs": list(doubly_read_lines(study, context)),
    }
    return {title: lines for title, lines in parts.items() if lines}


def _absent(study: Study, context: ComparedContext) -> tuple[str, ...]:
    """Say which raters and variants have no scores, and why."""
    variants = {line.label: line for line in variant_lines(study, context)}
    lines = _READERS | variants
    return absences((title, line.absent) for title, line in lines.items() if line.samples(study) is None)


def _section(study: Study, title: str, lines: Sequence[Line], best: Best, compare: bool) -> Section:
    """Print this study's rows, each followed, if compared, by the published ones of the same rater or variant."""
    rows = []
    for line in lines:
        rows.append(line_row(study, line, list(HEADINGS), best if line.scope == "all" else {}))
        rows += [_printed_row(row) for row in published("table2") if compare and row["row"] == line.row]
    return Section(Cell(title), rows)


def _literature() -> Section:
    rows = [_printed_row(row) for row in published("table2") if row["section"] == "literature"]
    return Section(Cell("Other models, as published"), rows)


def _printed_row(row: Mapping[str, str]) -> Row:
    """Print a published row; kappa is marked where it is not known to have linear weights."""
    notes = [note for note in row["notes"].split(";") if note]
    unknown = remarks(["not_stated"]) if row["kappa_weights"] == "not stated" and not notes else ()
    kappa = Cell(row["kappa"], notes=unknown)
    cells = [Cell(), kappa, *(Cell(row[metric]) for metric in HEADINGS if metric != "kappa_linear")]
    return Row(Cell(citation(row["reference"]), notes=remarks(notes)), cells, quiet=True)


def _printed_values() -> list[dict[str, object]]:
    """Return the published rows with their numbers; kappa stands under the weights that were stated."""
    columns = {"linear": "kappa_linear", "unweighted": "kappa_unweighted", "not stated": "kappa_weights_not_stated"}
    values: list[dict[str, object]] = []
    for row in published("table2"):
        numbers = {metric: row[metric] for metric in HEADINGS if metric != "kappa_linear"}
        numbers |= {columns[row["kappa_weights"]]: row["kappa"]} if row["kappa"] else {}
        found = {metric: float(text) for metric, text in numbers.items() if text}
        notes = " ".join(remarks(row["notes"].split(";")))
        names = {"row": row["row"], "source": row["reference"], "kappa_weights": row["kappa_weights"]}
        values.append({**names, **found, "notes": notes})
    return values


def _bold_words(study: Study, runs: Sequence[Run]) -> str:
    """Say what bold means and how many comparisons stand behind it."""
    compared = {metric: len(comparable(study, runs, metric)) - 1 for metric in HEADINGS} if runs else {}
    total = sum(count for count in compared.values() if count > 0)
    if not total:
        return ""
    return (
        " Bold: the best of this study's models in a column, and those whose paired difference to it has an interval "
        f"that holds 0; same discs, scale and protocol only, {total} comparisons in all, not adjusted for their number."
    )

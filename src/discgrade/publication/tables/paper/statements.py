"""The Results in words: each number that the paper's text states, next to this study's."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from math import isnan, nan
from pathlib import Path

from discgrade.publication.context import ComparedContext
from discgrade.publication.keys import Key, Traced, run_key
from discgrade.publication.published import PAPER, citation, published, remarks
from discgrade.publication.render.files import TableFiles, write_table
from discgrade.publication.render.table import Cell, Row, Section, Table, absences, missing
from discgrade.publication.tables.pseudo_labels import own_labels
from discgrade.publication.tables.rows.best import is_rounded
from discgrade.publication.tables.rows.captions import caption
from discgrade.publication.tables.rows.errors import Errors, read_errors
from discgrade.publication.tables.rows.lines import Line
from discgrade.publication.tables.rows.readers import INTER_RATER, INTRA_RATER
from discgrade.publication.tables.rows.scores import (
    EQUAL,
    Study,
    interval_text,
    number,
    over_seeds,
    read_study,
    spread_notes,
    undefined_words,
)
from discgrade.publication.tables.rows.variants import has_default_protocol, shown_split, variant_lines
from discgrade.publication.wording import ON_SCALES, split_words
from discgrade.records.cell_keys import CellKey
from discgrade.settings.run import HOLDOUT

_EXACT = {
    "accuracy_fractional": "Exact agreement, 13 grades",
    "accuracy": "Exact agreement, integral grades",
}
_AGREEMENT = (*_EXACT, "kappa_linear_fractional", "kappa_linear", "mae", "pearson_r")


@dataclass(frozen=True)
class Statement:
    """One number of the Results.

    Attributes:
        statement: Its key.
        words: What it says.
        value: This study's number; NaN if it is none, or if it cannot be given.
        lower: Lower bound of its interval; NaN without one.
        upper: Upper bound of its interval; NaN without one.
        text: What is printed instead of a number.
        reason: Why there is neither.
        keys: Where value, lower, upper or text were read, by column.
    """

    statement: str
    words: str
    value: float = nan
    lower: float = nan
    upper: float = nan
    text: str = ""
    reason: str = ""
    keys: Mapping[str, tuple[CellKey, ...]] = field(default_factory=dict)


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
        "Intra-rater agreement": list(_agreement(study, "intra_rater", INTRA_RATER)),
        "Inter-rater agreement": list(_agreement(study, "inter_rater", INTER_RATER)),
        "Default model": [*_agreement(study, "default", lines[0]), *_large_errors(study, lines[0], errors)],
        "Less training data, other resolution": [_smallest_share(study, context), _resolution(study, context)],
        "Labels that a model made": [Statement(**told) for told in own_labels(pseudo)],
        "Protocol": [
            _optimism(study, lines[0], line) for line in trained if not has_default_protocol(context, line.row)
        ],
        "Errors over one grade": [_over_one(study, line) for line in trained[1:]],
        "Grades never predicted": [_never_predicted(line, errors[line.row]) for line in trained],
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


def _score(study: Study, statement: str, words: str, key: Key, absent: str) -> Statement:
    row, interval = study.scores.get(key), study.intervals.get(key)
    if row is None or isnan(row["value"]):
        return Statement(statement, words, reason=absent if row is None else undefined_words(row))
    keys = {"value": (key.cell("scores", "value"),)}
    if interval is None:
        return Statement(statement, words, row["value"], keys=keys)
    keys |= {bound: (key.cell("intervals", bound),) for bound in ("lower", "upper")}
    return Statement(statement, words, row["value"], interval["lower"], interval["upper"], keys=keys)


def _agreement(study: Study, row: str, line: Line) -> Iterator[Statement]:
    """Yield how well two readings, or the model and the reference, agree."""
    for metric in _AGREEMENT:
        absent = "Needs fractional grades." if line.samples(study) else line.absent
        words = _EXACT.get(metric) or ON_SCALES[metric]
        yield _score(study, f"{row}/{metric}", words, line.key(metric), absent)


def _large_errors(study: Study, line: Line, errors: Mapping[str, Errors]) -> Iterator[Statement]:
    """Yield how often the default model is over one grade off, and between which grades."""
    within = _score(study, "default/within_one", "At most one grade off", line.key("within_one"), line.absent)
    yield within
    yield _complement(within, "default/over_one", "Over one grade off")
    share, grades = "Of these, share with reference or prediction 1 or 5", "Of these, number by reference grade"
    found = errors.get(line.row)
    if found is None or not found.large:
        reason = "No error over one grade." if found else line.absent
        yield Statement("default/over_one_extreme", share, reason=reason)
        yield Statement("default/over_one_grades", grades, reason=reason)
    else:
        counts = ", ".join(f"grade {grade:g}: {count}" for grade, count in found.by_grade.items() if count)
        yield Statement("default/over_one_extreme", share, found.extreme / found.large, keys=_predicted("value", line))
        yield Statement("default/over_one_grades", grades, text=counts, keys=_predicted("text", line))


def _predicted(column: str, line: Line) -> dict[str, tuple[CellKey, ...]]:
    return {column: (run_key(line.run, "graded", "predicted", "from"),)}


def _complement(share: Statement, statement: str, words: str) -> Statement:
    sources = {"value": "value", "lower": "upper", "upper": "lower"}
    keys = {
        column: tuple(replace(key, enters="complement") for key in share.keys[source])
        for column, source in sources.items()
        if source in share.keys
    }
    return Statement(
        statement, words, 1 - share.value, 1 - share.upper, 1 - share.lower, reason=share.reason, keys=keys
    )


def _optimism(study: Study, default: Line, line: Line) -> Statement:
    """Return by how much another protocol raises kappa over the default one, on the same discs."""
    words = f"κ (linear), {line.label} minus {default.label}, paired"
    found = _difference(study, f"{line.row}/optimism", words, line.key("kappa_linear"), default.run.variant)
    return found or Statement(f"{line.row}/optimism", words, reason="Scored on other discs.")


def _difference(study: Study, statement: str, words: str, key: Key, other: str) -> Statement | None:
    """Return a paired difference; None if the two were not compared."""
    row = study.comparisons.get((key, other))
    if row is None:
        return None
    if isnan(row["difference"]):
        return Statement(statement, words, reason="Undefined for one of the two.")
    columns = {"value": "difference", "lower": "lower", "upper": "upper"}
    keys = {column: (key.cell("comparisons", name, other=other),) for column, name in columns.items()}
    return Statement(statement, words, **{column: row[name] for column, name in columns.items()}, keys=keys)


def _over_one(study: Study, line: Line) -> Statement:
    within = _score(study, "", "", line.key("within_one"), line.absent)
    against = ", against integral grades" if is_rounded(study, line.key("within_one")) else ""
    return _complement(within, f"{line.row}/over_one", line.label + against)


def _never_predicted(line: Line, errors: Errors) -> Statement:
    unused = ", ".join(f"{grade:g}" for grade in errors.unused)
    return Statement(f"{line.row}/never_predicted", line.label, text=unused or "none", keys=_predicted("text", line))


def _smallest_share(study: Study, context: ComparedContext) -> Statement:
    default = over_seeds(context.default)
    share = max((key.run.share for key in study.scores if key.run == replace(default, share=key.run.share)), default=1)
    if share == default.share:
        words = "κ (linear) with the smallest training fraction"
        return Statement("smallest_share/kappa_linear", words, reason="One training fraction only.")
    words = f"κ (linear), {split_words(HOLDOUT, context.folds)}, training fraction 1/{share}"
    key = Key(replace(default, share=share), "kappa_linear")
    return _score(study, "smallest_share/kappa_linear", words, key, "")


def _resolution(study: Study, context: ComparedContext) -> Statement:
    """Return the paired difference of kappa between 64 and 128 px; else between the default and the next one below."""
    default = over_seeds(context.default)
    trained = {key.run.resolution for key in study.scores if key.run.split == default.split}
    below = max((resolution for resolution in trained if resolution < default.resolution), default=0)
    for small, large in ((64, 128), (below, default.resolution)):
        words = f"κ (linear), {split_words(HOLDOUT, context.folds)}, at {small} minus at {large} px, paired"
        key = Key(replace(default, resolution=small), "kappa_linear")
        found = _difference(study, "resolution/kappa_linear", words, key, f"{large}px")
        if found:
            return found
    words = "κ (linear) at a lower resolution minus at the default one"
    return Statement("resolution/kappa_linear", words, reason="No lower resolution was trained.")


def _printed() -> dict[str, dict[str, str]]:
    return {row["statement"]: row for row in published("statements")}


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

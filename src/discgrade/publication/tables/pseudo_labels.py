"""What labels that a model made are worth: the same network taught by each kind, against what people read."""

from collections.abc import Iterator, Mapping, Sequence
from math import isnan
from pathlib import Path
from typing import Any

from discgrade import records
from discgrade.publication import wording
from discgrade.publication.context import ComparedContext
from discgrade.publication.keys import Key, Traced
from discgrade.publication.published import PAPER, citation
from discgrade.publication.render.files import TableFiles, write_table
from discgrade.publication.render.table import Cell, Row, Section, Table, absences, missing
from discgrade.publication.tables.rows.lines import THIS_STUDY
from discgrade.publication.tables.rows.scores import interval_text, number, spread_notes
from discgrade.records.cell_keys import CellKey
from discgrade.records.results.pseudo_labels import PSEUDO_SCORES
from discgrade.settings.groups.pseudo_labels import PseudoLabels
from discgrade.settings.run import HOLDOUT, Run

Score = Mapping[str, Any]
Found = Mapping[tuple[str, str, str, float | None, str], Score]
"""Scores by variant, scope, what they are minus, grade and metric."""

WITHOUT, HUMAN, PSEUDO, REVIEWED = "without", "human", "pseudo", "reviewed"
_ARMS = {
    WITHOUT: "(a) {} left out",
    HUMAN: "(b) {} as people read it",
    PSEUDO: "(c) {} with pseudo-labels",
    REVIEWED: "(d) {} with reviewed pseudo-labels",
}
_SCOPES = {"all": "All discs", "cohort": "Discs of {} alone", "others": "Discs of the other cohorts"}
_SHOWN: tuple[tuple[str, float | None], ...] = (("kappa_linear", None), ("f1", 1.0), ("f1", 5.0))
_FIELDS = ("value", "lower", "upper", "n", "patients")
_DRAWN = ("probability", "unit", "units", "draws", "bootstrap_seed")
NO_FOLDS = "The study has no folds, so that nothing is predicted out of fold."


def pseudo_labels(*, scores: Path, settings: PseudoLabels, context: ComparedContext, files: TableFiles) -> None:
    """Print what labels are worth.

    Args:
        scores: `pseudo_labels.parquet`.
        settings: How the cohort is labelled.
        context: What the study is, in words.
        files: What to write.
    """
    rows: list[Score] = records.read(scores, PSEUDO_SCORES).to_pylist()
    arms = {row["variant"]: kind_of(row["variant"], settings) for row in rows if row["scope"] != "labels"}
    compared = bool(arms)
    table = Table(
        name="pseudo_labels",
        title="What pseudo-labels are worth.",
        caption=_caption(rows, settings, context),
        stub="The network learned",
        headings=[Cell("Samples"), *(Cell(text) for text in _headings())],
        sections=[*_sections(rows, arms, settings, context.compare), _labels(rows, context)],
        absent=() if compared else absences([("Scores by kind of label", NO_FOLDS)]),
    )
    write_table(table, [_values(row) for row in rows], files)


def _headings() -> Iterator[str]:
    for words in ("κ (linear)", "F1 of grade 1", "F1 of grade 5"):
        yield words
        yield "minus (a), paired"


def kind_of(variant: str, settings: PseudoLabels) -> str:
    """Return which labels a compared variant learns."""
    if variant == settings.teacher:
        return REVIEWED if settings.learn else HUMAN
    return variant.removeprefix(f"{settings.teacher}-")


def _caption(rows: Sequence[Score], settings: PseudoLabels, context: ComparedContext) -> str:
    data = f"Data: {wording.data_words(context.study, context.source)}"
    label = context.variants[settings.teacher].label
    answers = {"reading": "the sheet's own reading", "queue": "the answer of a rater who saw both"}[settings.review]
    how = (
        f"In each split, a teacher (variant “{label}”) that learned the training part of all other cohorts labels "
        f"{settings.cohort}. Reviewed: pseudo-labels that differ by {settings.deviation:g} grades or more from the "
        f"reading; the label is then {answers}."
    )
    if not rows:
        return f"{data}. {how}"
    first = rows[0]
    drawn = wording.interval_words(
        first["probability"], f"{first['units']} patients", first["draws"], first["bootstrap_seed"]
    )
    return (
        f"{data}. {how} Scores: out of fold ({context.folds} folds), each disc once by a network that learned neither "
        f"its patient nor, through a teacher, the patient's labels; against human readings alone, integral grades; "
        f"training seed {first['seed']}; {drawn}."
    )


def _sections(
    rows: Sequence[Score], arms: Mapping[str, str], settings: PseudoLabels, compare: bool
) -> Iterator[Section]:
    found = {(row["variant"], row["scope"], row["group"], row["grade"], row["metric"]): row for row in rows}
    first = next((name for name, kind in arms.items() if kind == WITHOUT), "")
    for scope, title in _SCOPES.items():
        lines = [_line(found, name, scope, first, _name(kind, settings)) for name, kind in arms.items()]
        yield Section(Cell(title.format(settings.cohort)), [line for line in lines if line is not None])
    yield Section(
        Cell("All discs, scored against the labels that models learn instead"),
        [
            line
            for name, kind in arms.items()
            if kind in (PSEUDO, REVIEWED)
            for line in _merged(found, name, _name(kind, settings), compare)
        ],
    )


def _name(kind: str, settings: PseudoLabels) -> str:
    return _ARMS[kind].format(settings.cohort)


def _line(found: Found, name: str, scope: str, first: str, label: str) -> Row | None:
    score = found.get((name, scope, "", None, "kappa_linear"))
    if score is None:
        return None
    cells = [Cell(f"{score['n']:,}", keys=_keys(score, ["n"]))]
    for metric, grade in _SHOWN:
        cells.append(_shown(found[name, scope, "", grade, metric]))
        gain = found.get((name, scope, first, grade, metric))
        cells.append(Cell() if gain is None else _shown(gain, signed=True))
    return Row(Cell(label), cells)


def _merged(found: Found, name: str, label: str, compare: bool) -> Iterator[Row]:
    """Yield a score against the labels that models learn, and how far it is above that against human readings."""
    own = found[name, "merged", "", None, "own"]
    paper = f"; {citation(PAPER)}: 22 %" if compare else ""
    note = f"{_percent(own['value'])} of these samples have a label that began as a model's{paper}."
    for group, signed, words in (("", False, ""), ("human", True, ", minus the same against human readings, paired")):
        scores = [found[name, "merged", group, grade, metric] for metric, grade in _SHOWN]
        cells = [Cell(f"{scores[0]['n']:,}", keys=_keys(scores[0], ["n"]))]
        for score in scores:
            cells += [_shown(score, signed), Cell()]
        keys = () if signed else _keys(own, ["value"], "from")
        yield Row(Cell(f"{label}{words}", notes=() if signed else (note,), keys=keys), cells)


def _labels(rows: Sequence[Score], context: ComparedContext) -> Section:
    """Return how many labels were given and reviewed in each split, and how well pseudo-labels and readings agree."""
    given = {(row["split"], row["metric"]): row for row in rows if row["scope"] == "labels"}
    lines = []
    for split in dict.fromkeys(split for split, _ in given):
        where = wording.split_words(split, context.folds) if split == HOLDOUT else split.replace("-", " ")
        count, share = given[split, "reviewed"], given[split, "reviewed_share"]
        label = f"{where[0].upper()}{where[1:]}: {count['value']:.0f} reviewed ({_percent(share['value'])})"
        every, agreed = given[split, "labelled"], given[split, "kappa_linear"]
        keys = (*_keys(count, ["value"], "from"), *_keys(share, ["value"], "from"))
        cells = [Cell(f"{every['value']:,.0f}", keys=_keys(every, ["value"])), _shown(agreed), *[Cell()] * 5]
        lines.append(Row(Cell(label, keys=keys), cells))
    return Section(Cell("Labels of each split; κ of the pseudo-labels with the readings"), lines)


def own_labels(scores: Path | None) -> Iterator[dict[str, Any]]:
    """Yield what the Results say of labels that a model made, as fields of `statements.Statement`.

    Args:
        scores: `pseudo_labels.parquet`; None where no cohort is labelled by a model.
    """
    rows = [] if scores is None else records.read(scores, PSEUDO_SCORES).to_pylist()
    split = {row["metric"]: row for row in rows if row["scope"] == "labels" and row["split"] == HOLDOUT}
    reviewed = {"statement": "pseudo_labels/reviewed", "words": "Labels of the second cohort that were reviewed"}
    if not split:
        yield reviewed | {"reason": "No cohort is labelled by a model."}
        return
    count, every, share = (split[name] for name in ("reviewed", "labelled", "reviewed_share"))
    text = f"{count['value']:.0f} of {every['value']:,.0f} ({_percent(share['value'])})"
    keys = tuple(label_score_key(row).cell("pseudo_labels", "value", "from") for row in (count, every, share))
    yield reviewed | {"text": text, "keys": {"text": keys}}
    gains = [row for row in rows if (row["scope"], row["group"], row["metric"]) == ("merged", "human", "kappa_linear")]
    for row in gains[-1:]:
        words = "κ (linear) against the labels that models learn minus against human readings, out of fold, paired"
        bounds = {field: row[field] for field in ("value", "lower", "upper")}
        keyed = {field: _keys(row, [field]) for field in bounds}
        yield {"statement": "pseudo_labels/gain", "words": words, "keys": keyed} | bounds


def _percent(share: float) -> str:
    return f"{100 * share:.1f} %"


def _shown(score: Score, signed: bool = False) -> Cell:
    if isnan(score["value"]):
        return missing(f"Undefined: {score['reason'] or 'one grade alone'}.")
    value = number(score["value"], signed=signed)
    keys = _keys(score, ("value", "lower", "upper"))
    return Cell(value, interval_text(score), notes=spread_notes(score), keys=keys)


def _keys(row: Score, fields: Sequence[str], enters: Any = "is") -> tuple[CellKey, ...]:  # noqa: ANN401
    return tuple(label_score_key(row).cell("pseudo_labels", field, enters) for field in fields)


def label_score_key(row: Score) -> Key:
    """Return the key of a row of `PSEUDO_SCORES`."""
    run = Run(*(row[name] for name in ("variant", "resolution", "share", "split", "seed")))
    return Key(run, row["metric"], row["scope"], row["group"], row["grade"])


def _values(row: Score) -> dict[str, object]:
    """Return a score in full precision."""
    grade = "" if row["grade"] is None else f"{row['grade']:g}"
    name = " ".join(filter(None, (row["variant"], row["split"], row["scope"], row["group"], grade, row["metric"])))
    plain = {"row": name, "source": THIS_STUDY}
    plain |= {field: row[field] for field in ("variant", "split", "scope", "group", "grade", "metric", "reason")}
    return plain | {field: Traced(row[field], _keys(row, [field])) for field in (*_FIELDS, *_DRAWN)}

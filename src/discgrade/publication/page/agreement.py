"""How well model and raters agree with the reference, next to each other and to the baseline."""

from collections.abc import Iterator
from dataclasses import dataclass
from math import isnan

from discgrade.publication import wording
from discgrade.publication.keys import Key
from discgrade.publication.page.baseline import Baseline, baseline_of
from discgrade.publication.page.findings import Findings
from discgrade.publication.render.table import Cell, missing
from discgrade.publication.tables.rows.readers import INTER_RATER, INTRA_RATER, NOISE_CEILING
from discgrade.publication.tables.rows.scores import Study, interval_text, number, over_seeds, score_cell
from discgrade.settings.run import HOLDOUT, Run


@dataclass(frozen=True)
class Bar:
    """A line of the summary: who, on how many, and how well.

    Attributes:
        kind: model, rater, ceiling or baseline.
        label: Who.
        samples: On how many scored samples; empty where that is said elsewhere.
        kappa: Linearly weighted kappa on integral grades.
        accuracy: Share of integral grades met.
        value: Kappa as a number.
        span: Bounds of its interval, as in the cells, or None.
        wide: Bounds of the wider interval that the tables print, or None where that is the same.
    """

    kind: str
    label: str
    samples: str
    kappa: Cell
    accuracy: Cell
    value: float
    span: tuple[float, float] | None = None
    wide: tuple[float, float] | None = None


_KINDS = {"intra_rater": "rater", "inter_rater": "rater", "noise_ceiling": "ceiling"}


def bars(found: Findings) -> list[Bar]:
    """Return the lines of the summary: models, raters, noise ceiling, baseline; only what was scored."""
    return [*_models(found), *_readers(found), *_baselines(found)]


def model_runs(found: Findings) -> Iterator[tuple[str, Run]]:
    """Yield the runs that stand for the model, with their names: the default one, and that of the bundle."""
    for split in (HOLDOUT, found.folds):
        for variant in dict.fromkeys([found.context.default.variant, found.told.bundled]):
            run = over_seeds(found.context.default, variant=variant, split=split)
            if Key(run, "kappa_linear") in found.study.scores:
                name = wording.variant_name(variant, found.context.labels)
                yield f"{name}, {wording.split_heading(split, found.context.folds).lower()}", run


def _models(found: Findings) -> Iterator[Bar]:
    for label, run in model_runs(found):
        yield from _bar(found, "model", label, run)


def _readers(found: Findings) -> Iterator[Bar]:
    for line in (INTRA_RATER, INTER_RATER, NOISE_CEILING):
        yield from _bar(found, _KINDS[line.row], wording.PAIRS[line.row], line.run)


def _bar(found: Findings, kind: str, label: str, run: Run) -> Iterator[Bar]:
    key = Key(run, "kappa_linear")
    row = found.study.scores.get(key)
    if row is not None:
        kappa, accuracy = (
            score_cell(found.shown, key._replace(metric=name), "") for name in ("kappa_linear", "accuracy")
        )
        wide = _bounds(found.study, key) if found.shown is not found.study else None
        yield Bar(kind, label, f"{row['n']:,}", kappa, accuracy, row["value"], _bounds(found.shown, key), wide)


def _bounds(study: Study, key: Key) -> tuple[float, float] | None:
    """Return the bounds of an interval; None where there is none, or one without width."""
    interval = study.intervals.get(key)
    return (interval["lower"], interval["upper"]) if interval and interval_text(interval) else None


def _baselines(found: Findings) -> Iterator[Bar]:
    """Yield the baseline of each split on which the model was scored."""
    for split in dict.fromkeys(run.split for _, run in model_runs(found)):
        baseline = baseline_of(found, split)
        if baseline is not None:
            grades = " or ".join(f"{grade:g}" for grade in baseline.grades)
            where = wording.split_heading(split, found.context.folds).lower()
            kappa, accuracy = _baseline_kappa(baseline), Cell(number(baseline.accuracy))
            label = f"Always grade {grades}, {where}"
            yield Bar("baseline", label, f"{baseline.discs:,}", kappa, accuracy, baseline.kappa)


def _baseline_kappa(baseline: Baseline) -> Cell:
    if isnan(baseline.kappa):
        return missing("Undefined: every disc has that grade.")
    if len(baseline.grades) > 1:
        return Cell(number(baseline.kappa))
    return Cell("0", notes=("By definition: one grade for every disc agrees no more than chance.",))

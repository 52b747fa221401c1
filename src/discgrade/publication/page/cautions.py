"""What a reader must know before quoting a score, each a sentence."""

from collections.abc import Iterator
from dataclasses import dataclass
from math import isnan

import pandas as pd

from discgrade.grades import INTEGRAL
from discgrade.publication.keys import Key
from discgrade.publication.page.agreement import model_runs
from discgrade.publication.page.baseline import baseline_of
from discgrade.publication.page.findings import Findings
from discgrade.publication.page.weakest import FEW, part_words, shown_part
from discgrade.publication.tables.rows.scores import interval_text, number, undefined_words
from discgrade.publication.wording import percent
from discgrade.settings.run import HOLDOUT, Run

_OWN = "Labels that began as a model's own"


@dataclass(frozen=True)
class Caution:
    """A warning: what it is about, and the sentence."""

    title: str
    text: str


def warnings(found: Findings) -> list[Caution]:
    """Return what a reader must know before quoting a score, each kind once with all that it is about."""
    texts: dict[str, list[str]] = {}
    for kind in (_baseline, _no_interval, _copies, _checkpoint, _few, _labels):
        for one in kind(found):
            texts.setdefault(one.title, []).append(one.text)
    return [Caution(title, " ".join(sentences)) for title, sentences in texts.items()]


def _baseline(found: Findings) -> Iterator[Caution]:
    """Yield where a model is no better than the majority-class baseline, or may not be."""
    for label, run in model_runs(found):
        yield from _against(found, label, run)


def _against(found: Findings, label: str, run: Run) -> Iterator[Caution]:
    baseline = baseline_of(found, run.split)
    kappa = round(baseline.kappa, 9) if baseline and not isnan(baseline.kappa) else 0.0
    told = "0 by chance alone" if kappa < 0 else f"{number(kappa) if kappa else 0} for the baseline"
    for metric, floor, words in (
        ("kappa_linear", max(kappa, 0.0), f"κ is {told}"),
        ("accuracy", baseline.accuracy if baseline else None, "the majority-class baseline"),
    ):
        row, interval = (rows.get(Key(run, metric)) for rows in (found.shown.scores, found.shown.intervals))
        if row is None or isnan(row["value"]) or floor is None:
            continue
        shown = f"{'κ' if metric == 'kappa_linear' else 'accuracy'} {number(row['value'])}"
        reached = words if metric == "kappa_linear" else f"{words} reaches {number(floor)}"
        if row["value"] <= floor:
            yield Caution("No better than the baseline", f"{label}: {shown}; {reached}.")
        elif interval is not None and interval["lower"] <= floor and interval_text(interval):
            text = (
                f"{label}: {shown}, {percent(interval['probability'])} interval {interval_text(interval)}; {reached}."
            )
            yield Caution("Perhaps no better than the baseline", text)


def _no_interval(found: Findings) -> Iterator[Caution]:
    for label, run in model_runs(found):
        row, interval = (rows.get(Key(run, "kappa_linear")) for rows in (found.study.scores, found.study.intervals))
        if row is not None and isnan(row["value"]):
            words = undefined_words(row)
            yield Caution("No κ", f"{label}: κ is {words[0].lower()}{words[1:]}")
        elif not interval_text(interval):
            patients = found.tested(run.split)["patient"].nunique()
            why = "its test part is one patient" if patients == 1 else "no weights change its score"
            yield Caution("No interval", f"{label}: κ has no interval, since {why}: how sure it is stays unknown.")


def _copies(found: Findings) -> Iterator[Caution]:
    for variant in dict.fromkeys([found.context.default.variant, found.told.bundled]):
        shown = found.context.variants.get(variant)
        if shown is not None and shown.protocol.score == "augmented":
            copies = found.told.augmentation.copies
            yield Caution(
                "Scores are on copies",
                f"{shown.label}: {copies} augmented copies of each disc are scored, and n counts copies, not discs.",
            )


def _checkpoint(found: Findings) -> Iterator[Caution]:
    for variant in dict.fromkeys([found.context.default.variant, found.told.bundled]):
        shown = found.context.variants.get(variant)
        if shown is not None and shown.protocol.checkpoint == "scored":
            yield Caution(
                "Scores are optimistic",
                f"{shown.label}: the epoch was chosen on the discs that are scored, so scores are too high.",
            )


def _few(found: Findings) -> Iterator[Caution]:
    """Yield which grades have fewer than ten test discs, in the hold-out test set and in what is shown by group."""
    for split in dict.fromkeys([HOLDOUT, shown_part(found)]):
        tested = found.tested(split)["integral"]
        counts = {grade: int((tested == grade).sum()) for grade in map(float, INTEGRAL)}
        few = [f"grade {grade:g} ({count or 'none'})" for grade, count in counts.items() if count < FEW]
        if few:
            where = "the hold-out test set" if split == HOLDOUT else part_words(found)
            yield Caution(
                f"Fewer than {FEW} test discs",
                f"{_listed(few)} in {where}: their scores say little, and averages over grades hang on them.",
            )


def _labels(found: Findings) -> Iterator[Caution]:
    """Yield how many labels began as a model's own: pseudo-labels, and those that were reviewed."""
    if found.labels is not None:
        yield Caution(_OWN, _learned(found, found.labels))
    trained = found.discs[found.discs["cohort"] != "external"]
    parts = {
        f"the {len(trained):,} discs to train on": trained,
        f"the {len(found.tested(HOLDOUT)):,} discs of the hold-out test set": found.tested(HOLDOUT),
    }
    counts = {where: _own_labels(discs) for where, discs in parts.items()}
    if any(counts.values()):
        words = " and ".join(f"{count:,} of {where}" for where, count in counts.items())
        yield Caution(_OWN, f"{words} {_without(found)}")


def _learned(found: Findings, labels: pd.DataFrame) -> str:
    """Say how many discs are learned by a label that a model of the study made."""
    split = found.splits[(found.splits["split"] == HOLDOUT) & found.splits["part"].isin(["train", "validation"])]
    trained = int(found.discs["patient"].isin(split["patient"]).sum())
    own = labels[labels["part"].isin(["train", "validation"])]
    reviewed = int((own["origin"] == "reviewed").sum())
    return (
        f"{len(own):,} of the {trained:,} discs that the hold-out split's models learn have a label that a model of "
        f"the study gave, {reviewed:,} of these after review. All scores are against what people read; against such "
        "labels, a model agrees more easily: see table pseudo_labels."
    )


def _own_labels(discs: pd.DataFrame) -> int:
    return int(discs["origin"].isin(["pseudo", "reviewed"]).sum())


def _without(found: Findings) -> str:
    """Say what the model scores on labels that people gave."""
    row = found.study.scores.get(Key(found.run(HOLDOUT), "kappa_linear", "origin", "human"))
    text = (
        "carry a label that a model gave, or that was reviewed with a model's grade in view: a model agrees with these "
        "more easily."
    )
    if row is None or isnan(row["value"]):
        return text
    return f"{text} On the {row['n']:,} test samples graded by people alone its κ is {number(row['value'])}."


def _listed(parts: list[str]) -> str:
    text = ", ".join(parts[:-1]) + (" and " if len(parts) > 1 else "") + parts[-1]
    return text[0].upper() + text[1:]

"""The methods in words: what was done with whose data, as it was run, with works to cite as `[@key]`."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import isnan

import pandas as pd

from discgrade.counting import counted
from discgrade.publication import wording
from discgrade.publication.agreement_values import FACTORS
from discgrade.publication.context import Shown
from discgrade.publication.page.findings import Findings
from discgrade.publication.page.shown_settings import NUMBER
from discgrade.publication.parts import PARTS, part_sizes
from discgrade.settings.groups.pseudo_labels import PseudoLabels
from discgrade.settings.model import Training
from discgrade.settings.run import HOLDOUT

_PACKAGES = ("keras", "numpy", "opencv-python-headless", "pydicom", "scikit-learn", "snakemake", "tensorflow")
_LOSSES = {
    "categorical_crossentropy": "categorical cross-entropy",
    "ordinal_categorical_crossentropy": "ordinal cross-entropy",
    "squared_ordinal_categorical_crossentropy": "squared ordinal cross-entropy",
    "soft_kappa": "a differentiable (soft) κ",
    "mean_squared_error": "the mean squared error",
    "mean_absolute_error": "the mean absolute error",
}
_DECODED = {
    "argmax": "the likeliest grade",
    "median": "the median of the predicted distribution",
    "mean": "its mean, rounded",
    "cuts": "found by cuts on the probability of a grade above each, learned in other folds",
    NUMBER: "the predicted number, rounded to the nearest of the 13 grades",
}
_SCALES = {
    "fractional": "the fractional scale (13 grades, thirds between the integral ones)",
    "integral": "the integral scale (grades 1 to 5)",
    "continuous": "a continuous scale",
}


@dataclass(frozen=True)
class Paragraph:
    """A paragraph of the methods under its title."""

    title: str
    text: str


def methods(found: Findings, versions: Mapping[str, str]) -> list[Paragraph]:
    """Return the methods in words.

    Args:
        found: The study.
        versions: Python, packages and devices of its jobs, by name.
    """
    parts = {
        "Data": _data(found),
        "Ethics": [found.told.provenance.ethics or ""],
        "Exclusions": _exclusions(found),
        "Reference standard": _reference(found),
        "Partitions": _partitions(found),
        "Images and network": _network(found),
        "Training": _training(found),
        "Statistics": _statistics(found),
        "Software": _software(found, versions),
    }
    texts = {title: " ".join(sentences) for title, sentences in parts.items()}
    return [Paragraph(title, text) for title, text in texts.items() if text]


def _data(found: Findings) -> Iterator[str]:
    dataset = found.told.provenance.dataset
    whose = wording.SOURCES[found.context.source]
    named = f" ({dataset.name})" if dataset else ""
    patients, discs = found.discs["patient"].nunique(), len(found.discs)
    yield f"Lumbar discs were graded by Pfirrmann [@pfirrmann2001] on sagittal MRI: {whose}{named}."
    yield f"{counted(discs, 'disc')} of {counted(patients, 'patient')} remained."
    yield from _headers(found)
    pseudonyms = {"keyed": "derived from a secret key", "random": "drawn at random"}[found.told.deidentify.pseudonym]
    if found.context.source == "export":
        yield "The images had been de-identified elsewhere."
    else:
        yield f"Images were de-identified before anything else, under pseudonyms {pseudonyms}."


def _headers(found: Findings) -> Iterator[str]:
    """Yield what headers do not tell."""
    if not found.told.headers:
        yield "Headers of the scans do not tell the truth of scanners and people, and are not reported."
        return
    kept = {"manufacturer": "manufacturer", "field_strength": "field strength", "sex": "sex", "age": "age"}
    unknown = [words for column, words in kept.items() if found.discs[column].isna().all()]
    if unknown:
        yield f"Not known of any disc: {', '.join(unknown)}."


def _exclusions(found: Findings) -> Iterator[str]:
    for stage in found.flow.stages:
        reasons = [f"{count:,} ({reason})" for reason, count in stage.excluded.items()]
        left_out = f"; left out: {', '.join(reasons)}" if reasons else ""
        yield f"{stage.unit.capitalize()}: {stage.received:,} received, {stage.kept:,} kept{left_out}."
    flagged = counted(found.flagged, "region")
    whose, were = ("its disc", "was") if found.flagged == 1 else ("their discs", "were")
    kept = f"{whose} {were} {'left out' if found.told.exclude_flagged else 'kept'}"
    yield f"An outlier check flagged {flagged}; {kept}." if found.flagged else "An outlier check flagged no region."


def _reference(found: Findings) -> Iterator[str]:
    readings = [
        f"{rater} read {', then '.join(f'{count:,}' for count in counts.values())} discs"
        for rater, counts in found.flow.raters.items()
    ]
    yield f"The reference grade is {found.flow.reference}; {'; '.join(readings)}."
    yield f"Grades were given on {' and '.join(_SCALES[scale] for scale in found.flow.scales[:1])}."
    origins = found.discs["origin"].value_counts()
    own = {"pseudo": "a label that a model gave", "reviewed": "a label reviewed with a model's grade in view"}
    for origin, words in own.items():
        if origins.get(origin, 0):
            yield f"{counted(int(origins[origin]), 'disc')} carry {words}."
    if found.labels is not None and found.told.pseudo_labels is not None:
        yield _pseudo_labels(found, found.labels, found.told.pseudo_labels)


_ANSWERS = {"reading": "the reading became the label", "queue": "a rater who saw both gave the label"}


def _pseudo_labels(found: Findings, labels: pd.DataFrame, how: PseudoLabels) -> str:
    """Say how a cohort was labelled by a model."""
    reviewed, teacher = int((labels["origin"] == "reviewed").sum()), found.told.labels[how.teacher]
    return (
        f"Networks learned the {counted(len(labels), 'disc')} of the cohort {how.cohort} by labels that a model gave: "
        f"in each split, a network (variant “{teacher}”) trained on the training part of all other cohorts. Where its "
        f"grade differed from the reading by {how.deviation:g} or more ({reviewed:,} of {len(labels):,} discs in the "
        f"hold-out split), {_ANSWERS[how.review]}. All scores are against readings."
    )


def _partitions(found: Findings) -> Iterator[str]:
    splits = found.told.splits
    sizes = part_sizes(found.discs, found.splits, HOLDOUT)
    words = [
        f"{counted(size.patients, 'patient')} ({size.discs:,} discs) for {part}"
        for part, size in sizes.items()
        if part != PARTS["external"]
    ]
    yield f"Patients, never single discs, were assigned at random (seed {splits.seed}): {', '.join(words)}."
    folds = found.splits[found.splits["split"] != HOLDOUT]["split"].nunique()
    trained = any(key.run.split == found.folds for key in found.study.scores)
    if trained:
        yield f"In {folds}-fold cross-validation each patient was scored once,"
        yield "by networks that had not seen the patient."
    else:
        yield "No cross-validation was run."
    external = found.discs[found.discs["cohort"] == "external"]
    if len(external):
        yield f"{counted(len(external), 'disc')} of another source were scored only (external test)."


def _network(found: Findings) -> Iterator[str]:
    images, told = found.told.images, found.told
    region = {"drawn": "the drawn region, padded to a square", "square": "a square around the region"}[images.region]
    yield f"The input is {region}, resampled to {images.resolution} × {images.resolution} px."
    shape = f"{found.layers} layers and {found.parameters:,} parameters"
    if told.default.training.network.endswith("learning.grading.network:build_network"):
        width = told.default.training.width
        narrow = "" if width == 1 else f" at {width:g} of its width"
        yield f"The network is that of Niemeyer et al. [@niemeyer2021]{narrow}: {shape}; weights were drawn at random."
    else:
        yield f"The network ({told.default.training.network}) has {shape}; weights were drawn at random."


def _training(found: Findings) -> Iterator[str]:
    training, copies = found.told.default.training, found.told.augmentation
    loss = _LOSSES.get(training.loss, training.loss)
    rate = f"learning rate {training.learning_rate:g}, {training.schedule.replace('_', '-')} schedule"
    yield f"“{found.told.default.label}” minimises {loss} on {_SCALES[training.scale]} by {_optimizer(training)}"
    yield f"({rate}) over {training.epochs} epochs in batches of {training.batch},"
    yield f"dropout {training.dropout:g}, L2 {training.l2:g};"
    seeds = ", ".join(map(str, found.context.seeds))
    yield f"training seed{'s' * (len(found.context.seeds) > 1)} {seeds}."
    if copies.copies:
        words = f"{copies.copies} augmented cop{'y' if copies.copies == 1 else 'ies'}"
        yield f"Each disc is shown with {words}: {_augmented(found)}."
    others = [name for name in found.context.variants if name != found.context.default.variant]
    if others:
        yield f"Compared with: {', '.join(_named(found.context.variants[name]) for name in others)}."


def _named(variant: Shown) -> str:
    """Name a variant, and what an ensemble averages."""
    mean = f" (mean of the outputs of {_quoted(variant.members)})" if variant.members else ""
    return f"{_quoted([variant.label])}{mean}"


def _quoted(names: Sequence[str]) -> str:
    return " and ".join(f"“{name}”" for name in names)


def _optimizer(training: Training) -> str:
    if training.optimizer == "sgd":
        return f"stochastic gradient descent with momentum {training.momentum:g}"
    return f"AdamW with weight decay {training.weight_decay:g}"


def _augmented(found: Findings) -> str:
    made = found.told.augmentation
    parts = [
        f"mirrored with a probability of {made.flip:g}" if made.flip else "",
        f"turned by up to {made.rotation:g}°" if made.rotation else "",
        f"zoomed by up to {made.zoom:g}" if made.zoom != 1 else "",
        f"shifted by up to {made.shift:g} of the side" if made.shift else "",
        f"grey values raised to powers up to {made.gamma:g}" if made.gamma != 1 else "",
    ]
    return ", ".join(part for part in parts if part) or "unchanged"


def _statistics(found: Findings) -> Iterator[str]:
    told = found.told
    yield f"{wording.protocol_words(told.default.protocol).capitalize()}; a grade is {_decoded(found)}."
    yield "Agreement is Cohen's κ with linear weights [@cohen1968], accuracy, the multi-class correlation (MCC)"
    yield "[@gorodkin2004], Lin's concordance correlation [@lin1989], mean absolute error and Pearson's r."
    weighed = wording.WEIGHED[found.context.unit]
    drawn = wording.interval_words(told.intervals.probability, weighed, told.intervals.draws, told.intervals.seed)
    yield f"Intervals are {drawn} [@rubin1981]; runs on the same discs share the weights of a draw,"
    yield "so that differences are paired."
    yield from _groups(found)
    if found.certainty:
        yield "Each disc also gets a set of grades that should hold its reference grade with a probability of"
        yield f"{told.certainty.coverage:g}, for each grade, learned on other patients [@sadinle2019]."


def _groups(found: Findings) -> Iterator[str]:
    """Say what is told of groups of discs, and which groups were compared by a test."""
    yield "Of groups of discs, κ with quadratic weights and without and Gwet's AC2 [@gwet2008] are given as well; of"
    yield "errors, their bias and limits of agreement [@bland1986]."
    tests = {scope: found.agreed.test(scope) for scope in FACTORS if scope == "level" or found.told.headers}
    tested = [scope for scope, test in tests.items() if test and not isnan(test["p"]["value"])]
    if tested:
        permuted = ["levels within each patient"] if "level" in tested else []
        permuted += ["patients as a whole"] if set(tested) - {"level"} else []
        kinds = ", ".join(FACTORS[scope].lower() for scope in tested)
        yield f"Whether κ is the same in all groups was tested for {kinds},"
        yield f"by permuting {' and '.join(permuted)}; P is adjusted for the number of tests [@holm1979]."


def _decoded(found: Findings) -> str:
    """Say how outputs become grades: of the default variant, then of those for which it is done otherwise."""
    names: dict[str, list[str]] = {}
    for name in dict.fromkeys([found.context.default.variant, *found.context.variants]):
        names.setdefault(found.told.decodings[name], []).append(found.told.labels[name])
    first, *others = names
    return " or, ".join([_DECODED[first], *(f"of {_quoted(names[one])}, {_DECODED[one]}" for one in others)])


def _software(found: Findings, versions: Mapping[str, str]) -> Iterator[str]:
    named = [one for one in versions.get("packages", "").split(", ") if one.split(" ")[0] in _PACKAGES]
    python = ", ".join([f"Python {versions.get('Python', 'unknown')}", *named])
    yield "Everything was run by one Snakemake workflow [@molder2021], discgrade, from de-identification to this text"
    yield f"({python}; computed on: {versions.get('devices', 'unknown')})."
    if found.told.default.training.backend == "tensorflow":
        yield "Networks were trained with TensorFlow [@abadi2016]."

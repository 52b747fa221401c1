"""Which runs pseudo-labels need: a teacher in every split, and the same variant taught by other labels in the folds.

A run that is taught otherwise is a run of a variant of its own, the teacher's in all but its labels. The Snakefile asks
for them, no step does, so this module is left out of the code digests (`provenance.digests.UNTRACKED`).
"""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from discgrade.settings.grid import default_run
from discgrade.settings.groups.pseudo_labels import PseudoLabels
from discgrade.settings.model import Study, Taught
from discgrade.settings.run import EXTERNAL, HOLDOUT, Run, fold_names

PRIMARY, SUPPLEMENTAL = "primary", "supplemental"
"""The cohorts of a phantom."""
_LABELS: dict[Taught, str] = {
    "without": "{}, without cohort {}",
    "human": "{}, human readings alone",
    "pseudo": "{}, pseudo-labels as they are",
    "reviewed": "{}, reviewed pseudo-labels",
}


def is_made(config: Mapping[str, Any]) -> bool:
    """Tell whether a checked config labels a cohort by a model: as it says, or else for a phantom of two cohorts.

    Left open, it is not if no teacher is named and the study's default variant cannot be one.
    """
    pseudo, cohort = config["pseudo_labels"], config["cohort"]
    if pseudo["make"] is not None:
        return bool(pseudo["make"])
    both = cohort["source"] == "phantom" and cohort["phantom"]["primary"] and cohort["phantom"]["supplemental"]
    return bool(both and (pseudo["teacher"] or not [*_teacher_faults(config)]))


def teacher_of(config: Mapping[str, Any]) -> str:
    """Return the name of the variant that labels the cohort."""
    return str(config["pseudo_labels"]["teacher"] or config["grid"]["default"])


def pseudo_label_faults(config: Mapping[str, Any]) -> Iterator[str]:
    """Yield what keeps a cohort from being labelled by a model, in words."""
    if not is_made(config):
        return
    pseudo, cohort = config["pseudo_labels"], config["cohort"]
    if pseudo["cohort"] == EXTERNAL:
        yield f"pseudo_labels.cohort: nothing learns from {EXTERNAL}, so it needs no labels. Name another cohort"
    elif cohort["source"] == "phantom":
        yield from _phantom_faults(pseudo["cohort"], cohort["phantom"])
    yield from _teacher_faults(config)
    if not pseudo["learn"] and not pseudo["compare"]:
        yield "pseudo_labels: nothing uses the labels. Set learn: true, compare: true, or make: false"
    if pseudo["review"] == "reading" and pseudo["answers"] is not None:
        yield "pseudo_labels.answers: only for review: queue. Received: review: reading, which takes the sheet's own"


def _phantom_faults(cohort: str, phantom: Mapping[str, Any]) -> Iterator[str]:
    sizes = {PRIMARY: phantom["primary"], SUPPLEMENTAL: phantom["supplemental"]}
    if not sizes.get(cohort):
        known = ", ".join(name for name, size in sizes.items() if size)
        yield f"pseudo_labels.cohort: the phantom has no patients of it. It has: {known}. Received: {cohort}"
    elif not sum(sizes.values()) - sizes[cohort]:
        yield f"pseudo_labels.cohort: all patients are of {cohort}, so that none is left to train its teacher on"


def _teacher_faults(config: Mapping[str, Any]) -> Iterator[str]:
    variants, grid, teacher = config["variants"], config["grid"], teacher_of(config)
    trained = [grid["default"], *(grid["variants"] or variants)]
    if teacher not in variants:
        yield f"pseudo_labels.teacher: unknown variant {teacher!r}. Known variants: {', '.join(variants)}"
    elif "members" in variants[teacher]:
        yield f"pseudo_labels.teacher: should be a variant that is trained. Received: {teacher!r}, the mean of others"
    elif teacher not in [*trained, *config["grid"]["folds"]]:
        yield f"pseudo_labels.teacher: should be trained by the grid. Name {teacher!r} in grid.variants or grid.folds"
    elif {**config["training"], **variants[teacher]}["decoding"] == "cuts":
        yield (
            f"pseudo_labels.teacher: {teacher!r} is decoded by cuts, which other folds teach: discs that models are "
            "scored on would have a say in what they learn. Name a variant with another decoding"
        )


def arms(config: Mapping[str, Any], teacher: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    """Return the teacher's variant as it is taught by other labels, each complete and by its name."""
    cohort, own = config["pseudo_labels"]["cohort"], learned(config["pseudo_labels"]["learn"])
    return {
        arm_name(teacher["name"], labels, own): dict(teacher)
        | {
            "name": arm_name(teacher["name"], labels, own),
            "label": words.format(teacher["label"], cohort),
            "labels": labels,
        }
        for labels, words in _LABELS.items()
        if labels != own
    }


def learned(learn: bool) -> Taught:
    """Return which labels the study's own variants learn."""
    return "reviewed" if learn else "human"


def arm_name(teacher: str, labels: Taught, own: Taught) -> str:
    """Return the name of the variant that differs from the teacher's in its labels; no config can name one so."""
    return teacher if labels == own else f"{teacher}-{labels}"


def settings_of(study: Study) -> PseudoLabels:
    """Return how a cohort is labelled; only of a study that does."""
    if study.pseudo_labels is None:
        raise ValueError(f"{study.name} makes no pseudo-labels")
    return study.pseudo_labels


def label_splits(study: Study) -> list[str]:
    """Return the splits that have labels of their own."""
    return [HOLDOUT, *fold_names(study.splits)]


def teacher_run(study: Study, split: str) -> Run:
    """Return the run that labels the cohort for a split: it learns the split's training part of all other cohorts."""
    settings = settings_of(study)
    name = arm_name(settings.teacher, "without", learned(settings.learn))
    return replace(default_run(study), variant=name, split=split)


def arm_runs(study: Study) -> list[Run]:
    """Return the runs that are compared, fold by fold: without the cohort, and with each kind of its labels."""
    settings = settings_of(study)
    kinds: tuple[Taught, ...] = (
        ("without", "human", "pseudo", "reviewed")
        if settings.compare
        else (
            "without",
            "reviewed",
        )
    )
    return [
        replace(default_run(study), variant=arm_name(settings.teacher, kind, learned(settings.learn)), split=split)
        for kind in kinds
        for split in fold_names(study.splits)
    ]

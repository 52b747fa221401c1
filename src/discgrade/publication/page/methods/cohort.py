"""What the methods say of the cohort: data, exclusions, reference standard, partitions."""

from collections.abc import Iterator

import pandas as pd

from discgrade.counting import counted
from discgrade.publication import wording
from discgrade.publication.page.findings import Findings
from discgrade.publication.parts import PARTS, part_sizes
from discgrade.settings.groups.pseudo_labels import PseudoLabels
from discgrade.settings.run import HOLDOUT

_ANSWERS = {"reading": "the reading became the label", "queue": "a rater who saw both gave the label"}


def data(found: Findings) -> Iterator[str]:
    """Say whose images were graded, and what was taken out of them."""
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


def exclusions(found: Findings) -> Iterator[str]:
    """Say what was received and what was kept."""
    for stage in found.flow.stages:
        reasons = [f"{count:,} ({reason})" for reason, count in stage.excluded.items()]
        left_out = f"; left out: {', '.join(reasons)}" if reasons else ""
        yield f"{stage.unit.capitalize()}: {stage.received:,} received, {stage.kept:,} kept{left_out}."
    flagged = counted(found.flagged, "region")
    whose, were = ("its disc", "was") if found.flagged == 1 else ("their discs", "were")
    kept = f"{whose} {were} {'left out' if found.told.exclude_flagged else 'kept'}"
    yield f"An outlier check flagged {flagged}; {kept}." if found.flagged else "An outlier check flagged no region."


def reference(found: Findings) -> Iterator[str]:
    """Say who read, and what the reference grade is."""
    readings = [
        f"{rater} read {', then '.join(f'{count:,}' for count in counts.values())} discs"
        for rater, counts in found.flow.raters.items()
    ]
    yield f"The reference grade is {found.flow.reference}; {'; '.join(readings)}."
    yield f"Grades were given on {' and '.join(wording.SCALES[scale] for scale in found.flow.scales[:1])}."
    origins = found.discs["origin"].value_counts()
    own = {"pseudo": "a label that a model gave", "reviewed": "a label reviewed with a model's grade in view"}
    for origin, words in own.items():
        if origins.get(origin, 0):
            yield f"{counted(int(origins[origin]), 'disc')} carry {words}."
    if found.labels is not None and found.told.pseudo_labels is not None:
        yield _pseudo_labels(found, found.labels, found.told.pseudo_labels)


def _pseudo_labels(found: Findings, labels: pd.DataFrame, how: PseudoLabels) -> str:
    """Say how a cohort was labelled by a model."""
    reviewed, teacher = int((labels["origin"] == "reviewed").sum()), found.told.labels[how.teacher]
    return (
        f"Networks learned the {counted(len(labels), 'disc')} of the cohort {how.cohort} by labels that a model gave: "
        f"in each split, a network (variant “{teacher}”) trained on the training part of all other cohorts. Where its "
        f"grade differed from the reading by {how.deviation:g} or more ({reviewed:,} of {len(labels):,} discs in the "
        f"hold-out split), {_ANSWERS[how.review]}. All scores are against readings."
    )


def partitions(found: Findings) -> Iterator[str]:
    """Say how patients were assigned."""
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

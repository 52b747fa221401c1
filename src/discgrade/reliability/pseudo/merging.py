"""Labels after review: what the reviewer answered where pseudo-label and reading are far apart."""

import logging
from collections.abc import Mapping
from pathlib import Path

import pandas as pd

from discgrade import records
from discgrade.records.cohort.pseudo_labels import ANSWERS, LABELS
from discgrade.reliability.graded import named
from discgrade.reliability.pseudo.labelling import REVIEWED, as_labels, read_labels, to_review

log = logging.getLogger(__name__)


def merge_labels(*, pseudo: Path, answers: Path | None, deviation: float, destination: Path) -> None:
    """Write the labels of a split after review.

    Args:
        pseudo: Its labels as the teacher gives them.
        answers: What reviewers answered; None takes the sheet's own readings for it.
        deviation: Labels that differ from the reading by so many grades, or more, are reviewed.
        destination: Table to write, `pseudo_labels.LABELS`.

    Raises:
        ValueError: if no disc has a human reading to be compared with, or one that is to be reviewed has no answer.
    """
    labels = read_labels(pseudo)
    if labels["reading"].isna().all():
        raise ValueError(
            f"pseudo_labels: none of the {len(labels)} discs of the cohort has a reading by a human (origin: human), "
            "so none can be compared with its pseudo-label and reviewed. Give readings, or name another cohort"
        )
    if answers is None:
        given = dict(zip(labels.index, labels["reading"], strict=True))
    else:
        table = records.read(answers, ANSWERS).to_pydict()
        given = dict(zip(table["disc"], table["grade"], strict=True))
    merged = reviewed(labels, given, deviation)
    count, share = int((merged["origin"] == REVIEWED).sum()), (merged["origin"] == REVIEWED).mean()
    log.info("%s: %d of %d labels reviewed (%.1f %%)", merged["split"].iloc[0], count, len(merged), 100 * share)
    records.write(as_labels(merged.reset_index()), LABELS, destination)


def reviewed(labels: pd.DataFrame, answers: Mapping[str, float], deviation: float) -> pd.DataFrame:
    """Return labels of which those far from the reading are the reviewer's.

    Args:
        labels: As `read_labels` returns.
        answers: The reviewer's grade by disc; of other discs it counts for nothing.
        deviation: In grades.

    Raises:
        ValueError: if a disc that is to be reviewed has no answer.
    """
    chosen = to_review(labels, deviation)
    open_still = [disc for disc in labels.index[chosen] if disc not in answers]
    if open_still:
        raise ValueError(f"{len(open_still)} discs that are to be reviewed have no answer: {named(open_still)}")
    merged = labels.copy()
    merged.loc[chosen, "grade"] = [answers[disc] for disc in labels.index[chosen]]
    merged.loc[chosen, "origin"] = REVIEWED
    return merged

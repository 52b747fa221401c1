"""Pseudo-labels of a cohort within a split, by a teacher that learned the split's training part of all other cohorts.

So the teacher never saw the cohort, and no label of a disc that the split's models are scored on had a say in what they
learn. Source: Niemeyer et al., Invest Radiol 2021;56(2):78-85; there, one teacher labelled the cohort for all splits.
"""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa

from discgrade import records
from discgrade.decoding import decode
from discgrade.grades import INTEGRAL
from discgrade.records.cohort.pseudo_labels import LABELS
from discgrade.reliability.certainty.calibration import integral_probabilities
from discgrade.reliability.graded import named, read_discs, read_splits, scored_outputs
from discgrade.reliability.plan import RunPlan
from discgrade.reliability.scores.confusion import Floats

HUMAN, PSEUDO, REVIEWED = "human", "pseudo", "reviewed"
CLOSE = 1e-6
"""What a deviation may miss its bound by: grades are tenths."""


def label_cohort(
    *, predictions: Path, teacher: RunPlan, discs: Path, splits: Path, cohort: str, destination: Path
) -> None:
    """Write the labels that a split's teacher gives a cohort.

    Args:
        predictions: What the teacher predicted, of the cohort's discs in every part of the split.
        teacher: Its run.
        discs: `discs.parquet`.
        splits: `splits.parquet`.
        cohort: The cohort.
        destination: Table to write, `pseudo_labels.LABELS`; each label is the teacher's, as its decoding says, of the
            mean output over the copies that its protocol scores.

    Raises:
        ValueError: if the cohort has no discs, or is all that there is; or if the teacher did not predict all of it.
    """
    known, parts = read_discs(discs), read_splits(splits)
    chosen = of_cohort(known, cohort)
    averaged = replace(teacher, protocol=replace(teacher.protocol, score="averaged"))
    plan = averaged if teacher.protocol.score == "augmented" else teacher
    frame, outputs = scored_outputs(predictions, plan)
    missing = chosen.index.difference(pd.Index(frame["disc"]))
    if len(missing):
        raise ValueError(
            f"{teacher.run.path}: the teacher should label all of {cohort}. Without label: {named(missing)}"
        )
    rows = pd.Index(frame["disc"]).get_indexer(chosen.index)
    part = parts[parts["split"] == teacher.run.split].set_index("patient")["part"]
    grades = decode(outputs[rows], teacher.scale, teacher.decoding)
    table = pseudo_labels(chosen, grades, _probabilities(outputs[rows], teacher), outputs[rows])
    table = table.assign(split=teacher.run.split, part=part.loc[table["patient"]].to_numpy())
    records.write(as_labels(table), LABELS, destination)


def of_cohort(discs: pd.DataFrame, cohort: str) -> pd.DataFrame:
    """Return the discs of a cohort that a model labels.

    Raises:
        ValueError: if there are none, or no others to train the teacher on.
    """
    chosen = discs[discs["cohort"] == cohort]
    if chosen.empty:
        known = ", ".join(sorted(discs["cohort"].unique()))
        raise ValueError(f"pseudo_labels.cohort: no disc is of {cohort}. Cohorts of the study: {known}")
    if len(chosen) == len(discs):
        raise ValueError(
            f"pseudo_labels.cohort: all discs are of {cohort}, so that none is left to train its teacher on"
        )
    return chosen


def pseudo_labels(discs: pd.DataFrame, grades: Floats, probabilities: Floats | None, outputs: Floats) -> pd.DataFrame:
    """Return labels as a teacher gives them, before review.

    Args:
        discs: The cohort's discs, index disc: patient, grade (reference reading) and origin.
        grades: The teacher's grade of each, (N,).
        probabilities: Its probability of each integral grade, (N, 5); None of a teacher that gives a grade alone.
        outputs: What it put out, (N, K): without probabilities the first column is the expected grade.
    """
    read = discs["grade"].where(discs["origin"] == HUMAN)
    expected = outputs[:, 0] if probabilities is None else probabilities @ np.asarray(INTEGRAL, float)
    return pd.DataFrame(
        {
            "disc": discs.index,
            "patient": discs["patient"].to_numpy(object),
            "grade": grades,
            "origin": PSEUDO,
            "pseudo": grades,
            "expected": expected,
            "probabilities": [[]] * len(discs) if probabilities is None else probabilities.tolist(),
            "reading": read.to_numpy(float),
            "deviation": np.round(np.abs(grades - read.to_numpy(float)), 6),
        }
    )


def _probabilities(outputs: Floats, teacher: RunPlan) -> Floats | None:
    return None if teacher.scale == "continuous" else integral_probabilities(outputs, teacher.scale)


def as_labels(table: pd.DataFrame) -> pa.Table:
    """Return labels as Arrow, without readings where nobody read."""
    nullable = {field.name for field in LABELS if field.nullable}
    return pa.table(
        {
            field.name: pa.array(table[field.name].tolist(), field.type, from_pandas=field.name in nullable)
            for field in LABELS
        },
    )


def read_labels(path: Path) -> pd.DataFrame:
    """Return the labels of a split, index disc, sorted."""
    table: pd.DataFrame = records.read(path, LABELS).to_pandas().set_index("disc").sort_index()
    return table


def to_review(labels: pd.DataFrame, deviation: float) -> pd.Series:
    """Tell which labels are reviewed: those that differ from the reading by a deviation or more."""
    found: pd.Series = labels["deviation"] >= deviation - CLOSE
    return found

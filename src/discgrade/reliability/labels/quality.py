"""Which discs are worth reading again: the least probable labels first, by models that did not learn them."""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from cleanlab.rank import get_label_quality_scores

from discgrade import records
from discgrade.grades import INTEGRAL, integral, rank
from discgrade.records.cohort.discs import DISCS
from discgrade.reliability.labels.labelled import Integers, Labelled
from discgrade.reliability.scores.confusion import Floats

SHARE = 0.1
"""Share of the discs that is worth reading again."""
_PLACE = ["sop_instance_uid", "frame", "x", "y", "width", "height"]


def label_quality(labels: Integers, probabilities: Floats) -> Floats:
    """Return the quality of each label, (N,), from 0 to 1: the out-of-fold probability of the grade that was given.

    Args:
        labels: Integral grades by rank, (N,).
        probabilities: Of the integral grades, out of fold, (N, 5).

    Source: self-confidence of Northcutt et al., J Artif Intell Res 2021;70:1373-1411, by cleanlab. Its margin, its
    entropy and its adjustment for rare classes found fewer planted errors of the phantom and of real readings.
    """
    return np.asarray(get_label_quality_scores(labels, probabilities, method="self_confidence"), np.float64)


def quality_rows(labelled: Labelled, again: pd.Series) -> Iterator[dict[str, Any]]:
    """Yield the discs as rows of `labels.LABEL_QUALITY`, those to be read again first.

    Equal qualities are ordered by the distance of label and expected grade, then by name.

    Args:
        labelled: Discs whose labels are judged.
        again: What the rater gave at the next reading, by disc.
    """
    discs = labelled.discs
    quality = label_quality(rank(integral(discs["grade"]), "integral"), labelled.probabilities)
    apart = np.abs(discs["grade"].to_numpy(float) - discs["expected"].to_numpy(float))
    for place, number in enumerate(np.lexsort([discs.index.to_numpy(str), -apart, quality]), start=1):
        row = discs.iloc[number]
        yield {
            "place": place,
            "disc": discs.index[number],
            **{name: row[name] for name in ("patient", "level", "origin")},
            **{"grade": float(row["grade"]), "expected": float(row["expected"]), "quality": float(quality[number])},
            "probabilities": labelled.probabilities[number].tolist(),
            "again": float(again[discs.index[number]]) if discs.index[number] in again.index else None,
        }


def first_of(discs: int) -> int:
    """Return how many of so many discs are worth reading again."""
    return round(SHARE * discs)


def write_queue(ranked: Sequence[Mapping[str, Any]], discs: Path, destination: Path) -> None:
    """Write the discs that are worth reading again as the raters' page takes them, for scans of the study's export.

    Args:
        ranked: As `quality_rows` yields.
        discs: `discs.parquet`.
        destination: CSV with sop_instance_uid, frame, x, y, width, height, level, label, expected, p_1 ...
            p_5 and uncertainty, which is 1 - quality.
    """
    known = records.read(discs, DISCS, ["disc", *_PLACE]).to_pandas().set_index("disc")
    rows = [
        known.loc[row["disc"], _PLACE].to_dict()
        | {"level": row["level"], "label": row["grade"], "expected": row["expected"]}
        | {f"p_{grade:g}": p for grade, p in zip(INTEGRAL, row["probabilities"], strict=True)}
        | {"uncertainty": 1 - row["quality"]}
        for row in ranked[: first_of(len(ranked))]
    ]
    columns = [*_PLACE, "level", "label", "expected", *(f"p_{grade:g}" for grade in INTEGRAL), "uncertainty"]
    with records.replacing(destination) as partial:
        pd.DataFrame(rows, columns=columns).to_csv(partial, index=False, lineterminator="\n")

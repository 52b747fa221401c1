"""The found box of every disc next to the drawn one, and how far a locator's probabilities hold."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from discgrade import records
from discgrade.imaging.locating.facts import LocatorFacts, read_facts
from discgrade.imaging.locating.trust import Trusted, write_trusted
from discgrade.records.cohort.boxes import BOXES, LOCATED
from discgrade.records.cohort.discs import drawn_discs
from discgrade.records.cohort.export import INSTANCES
from discgrade.records.columns import PLACE
from discgrade.reliability.localisation.threshold import PROPOSED, WITHIN_MM, lapse, lapses_without

_SLICE = ["sop_instance_uid", "frame"]
_EDGES = ["x", "y", "width", "height"]

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class BoxFiles:
    """What is written: `boxes.BOXES`, and the locator that is used (`imaging.locating.trust`)."""

    boxes: Path
    facts: Path


def gather_boxes(
    *, located: Sequence[Path], facts: Path, discs: Path, instances: Sequence[Path], files: BoxFiles
) -> None:
    """Join what the trainings found to the drawn boxes, and learn how far their probabilities hold.

    The probability of a box is told by the lapse of the boxes of all other trainings; the locator that is used has that
    of all boxes.

    Args:
        located: What each training found for patients that it had not seen, `boxes.LOCATED`.
        facts: Facts of the training on all patients.
        discs: The cohort's discs.
        instances: Each shard's exported images: spacings of their slices.
        files: What to write.

    Raises:
        ValueError: if a disc was looked for by no training, or by several.
    """
    known = read_facts(facts)
    table = _joined(located, discs, instances, known)
    given, right = table["probability"].to_numpy(), _own_distance(table) <= WITHIN_MM
    table["probability"] = given * (1 - lapses_without(table["split"].to_numpy(object), given, right))
    table["proposed"] = table["probability"] >= PROPOSED
    table = pd.concat([table, _nearest(table)], axis=1)
    records.write(_conforming(table), BOXES, files.boxes)
    write_trusted(trusted(known, lapse(given, right)), files.facts)


def trusted(facts: LocatorFacts, lapses: float) -> Trusted:
    """Return a locator of a lapse, with the threshold at which its box is as probably right as wrong."""
    return Trusted(replace(facts, threshold=min(1.0, PROPOSED / max(1 - lapses, PROPOSED))), lapses)


def _joined(located: Sequence[Path], discs: Path, instances: Sequence[Path], facts: LocatorFacts) -> pd.DataFrame:
    """Return the discs with what was found of them and the spacing of their slices."""
    drawn: pd.DataFrame = drawn_discs(discs, [column.name for column in PLACE]).to_pandas()
    found: pd.DataFrame = records.read_all(located, LOCATED).to_pandas().drop(columns="patient")
    table = drawn.merge(found, on=[*_SLICE, "level"], how="left", validate="one_to_one")
    lost = table.loc[table["split"].isna(), "disc"].tolist()
    if lost:
        raise ValueError(f"{len(lost)} discs were looked for by no training: {lost[:5]}. Set `splits.folds` above 0")
    columns = ["sop_instance_uid", "rows", "row_spacing", "column_spacing"]
    images = records.read_all(instances, INSTANCES, columns).to_pandas().drop_duplicates("sop_instance_uid")
    table = table.merge(images, on="sop_instance_uid", how="left", validate="many_to_one")
    table["measured"] = table["row_spacing"].notna() & table["column_spacing"].notna()
    nominal = facts.side * facts.spacing_mm / table["rows"]
    for name in ("row_spacing", "column_spacing"):
        table[name] = table[name].where(table["measured"], nominal)
    return table


def _centres(table: pd.DataFrame, prefix: str = "") -> Floats:
    """Return the centres of drawn or found boxes in mm, (N, 2)."""
    x, y, width, height = (table[f"{prefix}{name}"].to_numpy(np.float64) for name in _EDGES)
    spacing = table["column_spacing"].to_numpy(), table["row_spacing"].to_numpy()
    return np.column_stack([(x + width / 2) * spacing[0], (y + height / 2) * spacing[1]])


def _own_distance(table: pd.DataFrame) -> Floats:
    """Return the distance of each drawn centre from the found one of its level in mm; NaN where none was found."""
    return np.asarray(np.linalg.norm(_centres(table) - _centres(table, "found_"), axis=1))


def _nearest(table: pd.DataFrame) -> pd.DataFrame:
    """Return how each disc's own box fits, which proposed box is nearest to the disc, and which disc to its box."""
    drawn, found = _centres(table), _centres(table, "found_")
    found = np.where(table["proposed"].to_numpy()[:, None], found, np.nan)
    level = table["level"].to_numpy()
    seen_as, seen_distance = np.full(len(table), None, object), np.full(len(table), np.nan)
    false_distance = np.full(len(table), np.nan)
    for rows in table.groupby(_SLICE, sort=False).indices.values():
        apart = np.linalg.norm(drawn[rows][:, None] - found[rows][None], axis=-1)
        there = ~np.isnan(apart[0])
        if there.any():
            nearest = np.where(there, apart, np.inf)
            seen_as[rows] = level[rows][nearest.argmin(axis=1)]
            seen_distance[rows] = nearest.min(axis=1)
            false_distance[rows] = np.where(there, apart.min(axis=0), np.nan)
    return pd.DataFrame(
        {
            "distance": _own_distance(table),
            "overlap": overlap(table),
            "seen_as": seen_as,
            "seen_distance": seen_distance,
            "box_distance": false_distance,
        },
        index=table.index,
    )


def overlap(table: pd.DataFrame) -> Floats:
    """Return intersection over union of drawn and found boxes, (N,); 0 where none was found."""
    low, high = [], []
    for prefix in ("", "found_"):
        x, y, width, height = (table[f"{prefix}{name}"].to_numpy(np.float64) for name in _EDGES)
        low.append(np.stack([x, y]))
        high.append(np.stack([x + width, y + height]))
    shared = np.clip(np.minimum(*high) - np.maximum(*low), 0, None).prod(axis=0)
    area = [(upper - lower).prod(axis=0) for lower, upper in zip(low, high, strict=True)]
    return np.asarray(np.nan_to_num(shared / (area[0] + area[1] - shared)))


def _conforming(table: pd.DataFrame) -> list[dict[str, object]]:
    rows: list[dict[str, object]] = (
        table[BOXES.names].astype(object).where(table[BOXES.names].notna(), None).to_dict("records")
    )
    return rows

"""How large regions are and where they lie: in pixels as stored, and on the slice as a person stands."""

from collections.abc import Iterator
from typing import Any

import numpy as np
import pandas as pd

from discgrade.cohort.shards import hashed
from discgrade.imaging.box import Box
from discgrade.imaging.upright import Turn, upright

IMAGE = ["sop_instance_uid", "rows", "columns", "row_spacing", "column_spacing", "orientation"]
"""Columns of `export.INSTANCES` that `lengths_of` takes."""
STORED = ["x", "y", "width", "height", "rows", "columns"]
UPRIGHT = ["centre_x", "centre_y", "across", "down", "slice_width", "slice_height", "mm_across", "mm_down"]


def lengths_of(discs: pd.DataFrame, images: pd.DataFrame) -> pd.DataFrame:
    """Join regions and their images.

    Args:
        discs: Columns of `discs.DISCS`.
        images: Columns `IMAGE`.

    Returns:
        One row a disc, indexed as `discs`: study (a number for each), level, cohort; `STORED`, px; and `UPRIGHT`: px of
        the slice turned so that the front is on the left and the head above, the region's extent across, from front to
        back, and down, and the mm of a px either way, NaN if unknown.
    """
    image = images[IMAGE].drop_duplicates("sop_instance_uid").set_index("sop_instance_uid")
    table = discs.assign(**{name: discs["sop_instance_uid"].map(image[name]) for name in IMAGE[1:]})
    parts = [_turned(rows, turn) for turn, rows in _by_turn(table)]
    empty = pd.DataFrame({name: pd.Series(dtype="float64") for name in UPRIGHT})
    turned = pd.concat(parts).loc[table.index] if parts else empty
    stored = table[STORED].astype("float64")
    return pd.concat([table[["level", "cohort"]].assign(study=hashed(table["study_uid"])), stored, turned], axis=1)


def _by_turn(table: pd.DataFrame) -> Iterator[tuple[Turn, pd.DataFrame]]:
    for orientation, places in _same(table["orientation"]).items():
        yield upright(orientation or None), table.loc[places]


def _same(orientations: pd.Series) -> dict[tuple[float, ...], list[Any]]:
    """Return the rows of each orientation, which is empty if it is unknown."""
    found: dict[tuple[float, ...], list[Any]] = {}
    for place, one in orientations.items():
        found.setdefault(() if one is None else tuple(float(number) for number in np.round(one, 3)), []).append(place)
    return found


def _turned(rows: pd.DataFrame, turn: Turn) -> pd.DataFrame:
    stored = Box(*(rows[name] for name in ("x", "y", "width", "height")))  # type: ignore[arg-type]
    box = turn.box(stored, rows["rows"], rows["columns"])  # type: ignore[arg-type]
    height, width = turn.shape(rows["rows"], rows["columns"])
    down, across = turn.shape(rows["row_spacing"], rows["column_spacing"])
    known = rows[["row_spacing", "column_spacing"]].notna().all(axis=1)
    values = [box.x + box.width / 2, box.y + box.height / 2, box.width, box.height, width, height]
    values += [across.where(known), down.where(known)]
    return pd.DataFrame(dict(zip(UPRIGHT, values, strict=True))).astype("float64")


def has_spacing(lengths: pd.DataFrame) -> pd.Series:
    """Tell of which regions the lengths in mm are known."""
    known: pd.Series = lengths["mm_across"].notna()
    return known


def measures(lengths: pd.DataFrame) -> pd.DataFrame:
    """Return the lengths that the outlier check compares, under its names (`outliers.disc_flags`).

    They are in mm, or in px if the spacing of any slice is unknown.
    """
    known = bool(has_spacing(lengths).all())
    across, down = (lengths[name] if known else pd.Series(1.0, lengths.index) for name in ("mm_across", "mm_down"))
    return lengths[["level"]].assign(
        study_uid=lengths["study"],
        width=lengths["across"] * across,
        height=lengths["down"] * down,
        x=lengths["centre_x"] * across,
        y=lengths["centre_y"] * down,
        slice_width=lengths["slice_width"] * across,
        slice_height=lengths["slice_height"] * down,
    )

"""Discs, flagged regions, images and found boxes as one table, and the slices that hold them."""

import hashlib
from collections.abc import Sequence
from pathlib import Path

import pandas as pd

from discgrade import records
from discgrade.cohort.lengths import IMAGE, STORED, has_spacing, lengths_of
from discgrade.records.cohort.boxes import BOXES
from discgrade.records.cohort.discs import DISCS
from discgrade.records.cohort.export import INSTANCES
from discgrade.records.cohort.regions import FLAGGED
from discgrade.records.columns import PLACE

_PLACE = [column.name for column in PLACE]
_SLICE = ["sop_instance_uid", "frame"]
FOUND = ["found_x", "found_y", "found_width", "found_height"]

Slice = tuple[str, int]
"""SOP Instance UID and frame."""


def regions(discs: Path, flagged: Path, instances: Sequence[Path], boxes: Path | None = None) -> pd.DataFrame:
    """Join discs, flagged regions, images and found boxes.

    Returns:
        One row a disc, those that were left out since they are flagged last: columns of `records.columns.PLACE`,
        `path`, `rows`, `columns`, `row_spacing`, `column_spacing`, `unit` (mm; px where a spacing is unknown), `flag`,
        `is_found` (whether the region itself was found), `found_x` ... `found_height` of the box that was found next to
        it, missing where none was proposed, and what `cohort.lengths.lengths_of` adds.
    """
    kept: pd.DataFrame = records.read(discs, DISCS, [*_PLACE, "cohort", "region"]).to_pandas()
    odd = records.read(flagged, FLAGGED).to_pandas()
    left_out = odd[~odd["disc"].isin(kept["disc"])].drop(columns="flag").assign(cohort="")
    table = pd.concat([kept, left_out], ignore_index=True)
    table["is_found"] = table.pop("region") == "found"
    table = table.merge(_found(boxes), on="disc", how="left", validate="one_to_one")
    images = records.read_all(instances, INSTANCES, [*IMAGE, "path"]).to_pandas().drop_duplicates("sop_instance_uid")
    lengths = lengths_of(table, images).drop(columns=["level", "cohort", *STORED])
    table = table.merge(images.drop(columns="orientation"), on="sop_instance_uid", how="left", validate="many_to_one")
    flags = table["disc"].map(dict(zip(odd["disc"], odd["flag"], strict=True)))
    unit = "mm" if has_spacing(lengths).all() else "px"
    joined: pd.DataFrame = pd.concat([table, lengths], axis=1)
    return joined.assign(unit=unit, flag=flags.fillna("").astype("str"))


def _found(boxes: Path | None) -> pd.DataFrame:
    """Return the boxes that a locator proposes, by disc."""
    if boxes is None:
        return pd.DataFrame({name: [] for name in ("disc", *FOUND)}).astype(
            {"disc": "str"} | dict.fromkeys(FOUND, float)
        )
    found: pd.DataFrame = records.read(boxes, BOXES, ["disc", "proposed", *FOUND]).to_pandas()
    return found[found.pop("proposed")]


def slices_of(table: pd.DataFrame, seed: int) -> list[Slice]:
    """Return the slices that hold a table's discs, in the order of a hash of seed, image and frame."""

    def digest(slice_: Slice) -> bytes:
        return hashlib.sha256(f"{seed}/{slice_[0]}/{slice_[1]}".encode()).digest()

    return sorted(set(table[_SLICE].itertuples(index=False, name=None)), key=digest)

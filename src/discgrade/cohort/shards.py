"""The shards' tables, read one shard at a time, and what tells patients, discs and images apart in little room."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from discgrade.records import read
from discgrade.records.cohort.export import EXCLUDED, INSTANCES, REJECTED
from discgrade.records.cohort.readings import RATINGS

IMAGE = ["patient", "sop_instance_uid", "frames", "rows", "columns", "pixel_digest"]
Hashes = NDArray[np.uint64]


class Shard(NamedTuple):
    """The tables of a shard.

    Attributes:
        name: Its name.
        ratings: `readings.RATINGS`.
        instances: `export.INSTANCES`.
        rejected: `export.REJECTED`.
        excluded: `export.EXCLUDED`.
    """

    name: str
    ratings: Path
    instances: Path
    rejected: Path
    excluded: Path

    def readings(self, columns: Sequence[str] | None = None) -> pd.DataFrame:
        """Return the readings, with the shard's name."""
        readings: pd.DataFrame = read(self.ratings, RATINGS, columns).to_pandas()
        return readings.assign(shard=self.name)

    def images(self, columns: Sequence[str] = IMAGE) -> pd.DataFrame:
        """Return the exported images."""
        images: pd.DataFrame = read(self.instances, INSTANCES, columns).to_pandas()
        return images

    def reasons(self) -> list[str]:
        """Return why each file that was not exported was not."""
        reasons: list[str] = read(self.rejected, REJECTED)["reason"].to_pylist()
        return reasons

    def left_out(self) -> pd.DataFrame:
        """Return the readings that were left out, with their reasons."""
        excluded: pd.DataFrame = read(self.excluded, EXCLUDED).to_pandas()
        return excluded


def shards_of(names: Sequence[str], files: Callable[[str], Sequence[Path]]) -> list[Shard]:
    """Return shards by their names and the function that returns all tables of a kind, in the order of the names."""
    kinds = [files(kind) for kind in Shard._fields[1:]]
    return [Shard(name, *tables) for name, *tables in zip(names, *kinds, strict=True)]


def hashed(names: pd.Series) -> Hashes:
    """Return 64 bits for each text: of a million names two have the same with a probability of 3e-8."""
    return pd.util.hash_array(names.to_numpy(object), categorize=False)


def joined(parts: Sequence[Hashes]) -> Hashes:
    """Return each hash of several arrays once, ascending."""
    return np.unique(np.concatenate([*parts, np.zeros(0, np.uint64)]))


def repeated(parts: Sequence[Hashes]) -> Hashes:
    """Return the hashes that are in more than one of several arrays, each of which has them once."""
    found, counts = np.unique(np.concatenate([*parts, np.zeros(0, np.uint64)]), return_counts=True)
    return found[counts > 1]

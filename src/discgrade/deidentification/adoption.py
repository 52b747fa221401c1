"""Taking over the tables of an export that was made elsewhere."""

import shutil
from collections.abc import Mapping
from pathlib import Path

from discgrade.records import replacing


def adopt_shard(copies: Mapping[Path, Path]) -> None:
    """Copy tables of a shard, each whole or not at all.

    Args:
        copies: Where each table goes, by where it lies.
    """
    for source, destination in copies.items():
        with replacing(destination) as partial:
            shutil.copyfile(source, partial)

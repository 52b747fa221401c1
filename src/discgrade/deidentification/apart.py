"""Shards that hold nobody but patients of the cohort `external`, so that such a patient makes no training run again."""

from collections.abc import Iterable, Sequence

from discgrade.settings.run import EXTERNAL

_BEGINS = f"{EXTERNAL}-"


def with_apart(shards: Sequence[str]) -> list[str]:
    """Return the names of shards and of as many that are set apart."""
    return [*shards, *(f"{_BEGINS}{shard}" for shard in shards)]


def ordinary_shards(shards: Iterable[str]) -> list[str]:
    """Return the shards that are not set apart."""
    return [shard for shard in shards if not shard.startswith(_BEGINS)]


def apart_shards(shards: Iterable[str]) -> list[str]:
    """Return the shards that are set apart."""
    return [shard for shard in shards if shard.startswith(_BEGINS)]

"""Keys and values of the config that had another name in an earlier version: taken as the new one, and told."""

from collections.abc import Iterator
from typing import Any

KEYS = {"splits.inner": "splits.validation"}
"""New place of each renamed key."""
VALUES = {("checkpoint", "inner"): "validation"}
"""New value of each renamed value, by the last part of its key."""


def rename(config: dict[str, Any]) -> list[str]:
    """Give renamed keys and values of a config their new names, in place.

    An old key can come from an overlay alone, so it counts before the new one of config.yaml.

    Returns:
        A sentence for each, that tells the new name.
    """
    return [*_keys(config), *_values(config, "")]


def _keys(config: dict[str, Any]) -> Iterator[str]:
    for old, new in KEYS.items():
        section, key = old.split(".")
        if isinstance(config.get(section), dict) and key in config[section]:
            config[section][new.split(".")[1]] = config[section].pop(key)
            yield f"{old} is now called {new}: rename it in your overlay"


def _values(tree: dict[str, Any], place: str) -> Iterator[str]:
    for key, value in tree.items():
        if isinstance(value, dict):
            yield from _values(value, f"{place}{key}.")
        elif isinstance(value, str) and (key, value) in VALUES:
            tree[key] = VALUES[key, value]
            yield f"{place}{key}: {value} is now called {tree[key]}: rename it in your overlay"

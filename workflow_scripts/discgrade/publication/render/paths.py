"""A report that may leave the machine names no folder of it."""

from collections.abc import Mapping
from typing import Any

SOURCES = ("dicom", "ratings", "export")


def without_sources(text: str, cohort: Mapping[str, Any]) -> str:
    """Put the key in the place of each source path that the config's `cohort` names."""
    paths = {cohort[key]: f"cohort.{key}" for key in SOURCES if cohort.get(key)}
    for path in sorted(paths, key=len, reverse=True):
        text = text.replace(path, paths[path])
    return text

"""A report that may leave the machine names no folder of it."""

import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

SOURCES = ("dicom", "ratings", "export")

_FOLDERS = re.compile(r"(?<![\w/.:])/(?:[^\s/\"']+/)+")


def without_folders(text: str) -> str:
    """Leave of each absolute path in a program's words its last part."""
    return _FOLDERS.sub("", text)


def without_sources(text: str, cohort: Mapping[str, Any]) -> str:
    """Put the key in the place of each absolute source path of `cohort` with which a JSON string in the text begins.

    A relative path names no folder of the machine, and may be a word that the text uses otherwise.
    """
    for key in SOURCES:
        path = cohort.get(key)
        if path and Path(path).is_absolute():
            text = re.sub(rf'(?<="){re.escape(json.dumps(path)[1:-1])}(?=["/])', f"cohort.{key}", text)
    return text

"""The files of what was learned of certainty, `calibration.json` and `novelty.json`, or of the reason for none."""

import json
from pathlib import Path
from typing import TypeVar

from discgrade.records.files import replacing
from discgrade.reliability.certainty.calibration import Calibration
from discgrade.reliability.certainty.novelty import Novelty
from discgrade.settings.plain import plain, typed

VERSION = 1

T = TypeVar("T")


def write_learned(learned: Calibration | Novelty | str, path: Path) -> None:
    """Write what was learned, or the reason why nothing was, whole or not at all."""
    content = {"reason": learned} if isinstance(learned, str) else plain(learned)
    text = json.dumps({"version": VERSION} | content, indent=1) + "\n"
    with replacing(path) as partial:
        partial.write_text(text, encoding="utf-8")


def read_learned(kind: type[T], path: Path) -> T | str:
    """Read what was learned, or the reason why nothing was.

    Args:
        kind: `Calibration` or `Novelty`.
        path: The file.

    Raises:
        ValueError: if another version of discgrade wrote the file.
    """
    content = json.loads(path.read_text(encoding="utf-8"))
    version = content.pop("version", None)
    if version != VERSION:
        raise ValueError(f"{path}: a file of version {VERSION} is read. Received: version {version}. Make it anew")
    return str(content["reason"]) if "reason" in content else typed(kind, content)

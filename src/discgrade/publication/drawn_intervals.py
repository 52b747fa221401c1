"""How the intervals that are shown were drawn: as the tables say that hold them, not as settings do."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from discgrade import records
from discgrade.records.results.intervals import INTERVALS
from discgrade.settings.model import Intervals

_DRAWN = ["probability", "draws", "bootstrap_seed"]


def drawn_as(row: Mapping[str, Any], shown: float | None = None) -> Intervals:
    """Return how the interval of a row was drawn; `shown` is the probability of a narrower one next to it."""
    return Intervals(row["probability"], row["draws"], row["bootstrap_seed"], shown)


def read_drawn(intervals: Path, shown: Path) -> Intervals | None:
    """Return how the intervals of a study were drawn; None where there are none.

    Args:
        intervals: Table `intervals.INTERVALS`.
        shown: The same of the narrower intervals.
    """
    wide, narrow = (records.read(path, INTERVALS, _DRAWN).slice(0, 1).to_pylist() for path in (intervals, shown))
    return drawn_as(wide[0], narrow[0]["probability"] if narrow else None) if wide else None

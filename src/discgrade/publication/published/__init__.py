"""What Niemeyer et al. 2021 and the literature that they cite printed, as data.

`table1.csv` ... `table4.csv`, `statements.csv` and `cohort.csv` hold the numbers, `references.csv` where they stand,
and `notes.csv` their footnotes and known misprints.
"""

import csv
from collections.abc import Iterable
from functools import cache
from importlib.resources import files

PAPER = "niemeyer2021"


@cache
def published(name: str) -> tuple[dict[str, str], ...]:
    """Return the rows of a table of published values as text, empty where nothing was printed."""
    with files(__name__).joinpath(f"{name}.csv").open(encoding="utf-8") as lines:
        return tuple(csv.DictReader(lines))


def _reference(key: str) -> dict[str, str]:
    return next(row for row in published("references") if row["reference"] == key)


def citation(reference: str) -> str:
    """Return author and year, for example Niemeyer et al. 2021."""
    row = _reference(reference)
    return f"{row['name']} {row['year']}"


def source(reference: str) -> str:
    """Return author, year and where it appeared."""
    return f"{citation(reference)}, {_reference(reference)['journal']}"


def remarks(keys: Iterable[str]) -> tuple[str, ...]:
    """Return the texts of footnotes and misprints by their keys; empty keys are passed over."""
    texts = {row["note"]: row["text"] for row in published("notes")}
    return tuple(texts[key] for key in keys if key)

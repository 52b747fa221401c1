"""Discs that are looked at again with other grades in view: where raters differ, and where a model is in doubt."""

import re
from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from discgrade.imaging.box import Box
from discgrade.keyed import digest
from discgrade.private import RefusedError
from discgrade.rating.ledger.reading import Mark
from discgrade.rating.scans.catalogue import Study
from discgrade.readings.sheets import sheet
from discgrade.readings.sheets.numbers import number, whole
from discgrade.readings.sheets.sheet import Row

_LABEL = "label"
"""Column of a grade that a rater gave; the others are a model's."""
_PSEUDO = ("pseudo", _LABEL, "fractional", "grade")
_EXPECTED = ("expected", "continuous")
_PROBABILITY = re.compile(r"p_([1-5](?:\.[037])?)")


@dataclass(frozen=True)
class Dispute:
    """A disc that is to be looked at again.

    Attributes:
        study: Word that stands for the study.
        level: The disc.
        difference: Between the grades, in grades.
        shown: What the page shows of the other grades (`routes`).
        mark: Its box, if one is known.
        uncertainty: How uncertain it is, where a table says so: then the order follows it.
    """

    study: str
    level: str
    difference: float
    shown: Mapping[str, Any]
    mark: Mark | None = None
    uncertainty: float | None = None

    @property
    def disc(self) -> tuple[str, str]:
        """Study and level."""
        return self.study, self.level


def in_order(disputes: Collection[Dispute], seed: int) -> list[Dispute]:
    """Return disputes, the most uncertain or largest difference first; equal ones in a seeded order."""

    def place(one: Dispute) -> tuple[float, object]:
        size = one.difference if one.uncertainty is None else one.uncertainty
        return -round(size, 6), digest("rating", seed, "dispute", one.study, one.level)

    return sorted(disputes, key=place)


def between_raters(grades: Mapping[str, Mapping[tuple[str, str], float]], threshold: float) -> list[Dispute]:
    """Return the discs whose grades differ by a threshold or more between raters.

    Args:
        grades: Of each rater, by study and level: first readings that are finished.
        threshold: In grades.
    """
    given: dict[tuple[str, str], list[float]] = defaultdict(list)
    for one in grades.values():
        for disc, grade in one.items():
            given[disc].append(grade)
    found = []
    for (study, level), all_of_it in given.items():
        difference = max(all_of_it) - min(all_of_it)
        if len(all_of_it) > 1 and difference >= threshold - 1e-6:
            found.append(Dispute(study, level, difference, {"grades": _anonymous(all_of_it)}))
    return found


def _anonymous(grades: Sequence[float]) -> list[dict[str, Any]]:
    """Name grades A, B ... from the lowest: who gave which is nobody's business."""
    return [{"who": chr(ord("A") + place), "grade": grade} for place, grade in enumerate(sorted(grades))]


def of_model(path: Path, studies: Mapping[str, Study], threshold: float) -> list[Dispute]:
    """Return the discs of a table of pseudo-labels that differ from the expected grade by a threshold or more.

    A table that says how uncertain each disc is, such as `review.csv` of `discgrade grade`, is taken as a whole.

    Args:
        path: Table (.csv, .parquet or .xlsx) with sop_instance_uid and level, the pseudo-label (pseudo, fractional or
            grade) or what a rater read (label), the distribution (p_1, p_1.3 ... p_5; optional), the expected grade
            (expected or continuous; else the mean of the distribution), and optionally frame, x, y, width, height and
            uncertainty.
        studies: Studies by their words.
        threshold: In grades.

    Raises:
        RefusedError: if the table cannot be read, lacks a column, or a row names no image of the folder.
    """
    if not path.is_file():
        raise RefusedError("The table of pseudo-labels (--review) is missing. Give a .csv, .parquet or .xlsx file")
    rows = sheet.load(path)
    _check(rows, studies)
    images = {key: study for study in studies.values() for key in study.places}
    disputes = [_dispute(row, images[_image(row)]) for row in rows]
    return [one for one in disputes if one.uncertainty is not None or one.difference >= threshold - 1e-6]


def _image(row: Row) -> tuple[str, int]:
    return row.get("sop_instance_uid"), whole(row.get("frame"), 1) or 0


def _check(rows: Sequence[Row], studies: Mapping[str, Study]) -> None:
    known = {key for study in studies.values() for key in study.places}
    faults = [
        *(f"row {row.number}: should name an image of the folder" for row in rows if _image(row) not in known),
        *(f"row {row.number}: should hold a level" for row in rows if not row.get("level")),
        *(f"row {row.number}: should hold a pseudo-label (pseudo)" for row in rows if _pseudo(row) is None),
        *(f"row {row.number}: should hold expected or p_1 ... p_5" for row in rows if _expected(row) is None),
    ]
    if faults:
        more = f"\n  and {len(faults) - 20} more" if len(faults) > 20 else ""
        raise RefusedError("The table of pseudo-labels has faults:\n  " + "\n  ".join(faults[:20]) + more)


def _dispute(row: Row, study: Study) -> Dispute:
    pseudo, expected = _pseudo(row) or 0.0, _expected(row) or 0.0
    shown = {"pseudo": pseudo, "expected": round(expected, 2), "probabilities": list(_probabilities(row))}
    shown |= {"label": True} if row.get(_LABEL) else {}
    uncertainty = number(row.get("uncertainty"))
    return Dispute(study.word, row.get("level"), abs(pseudo - expected), shown, _mark(row), uncertainty)


def _pseudo(row: Row) -> float | None:
    return next((value for name in _PSEUDO if (value := number(row.get(name))) is not None), None)


def _expected(row: Row) -> float | None:
    """Return the expected grade: as it is given, or the mean of the distribution."""
    given = next((value for name in _EXPECTED if (value := number(row.get(name))) is not None), None)
    shares = list(_probabilities(row))
    total = sum(one["p"] for one in shares)
    if given is not None or total <= 0:
        return given
    return float(sum(one["p"] * one["grade"] for one in shares) / total)


def _probabilities(row: Row) -> Iterator[dict[str, float]]:
    for name in row.fields:
        found = _PROBABILITY.fullmatch(name)
        value = number(row.get(name)) if found else None
        if found and value is not None:
            yield {"grade": float(found[1]), "p": value}


def _mark(row: Row) -> Mark | None:
    x, y, width, height = (number(row.get(name)) for name in ("x", "y", "width", "height"))
    if x is None or y is None or width is None or height is None or min(width, height) <= 0:
        return None
    return Mark(*_image(row), Box(x, y, width, height))

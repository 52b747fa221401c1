"""The sheet of readings and the table of the hidden truth."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from discgrade import records
from discgrade.grades import LEVELS
from discgrade.imaging.phantom import readings
from discgrade.imaging.phantom.examination import Seen
from discgrade.imaging.phantom.population import Patient
from discgrade.imaging.phantom.region import drawn

FIRST_RATER, SECOND_RATER = "Dr. Ilse Brandwein", "Dr. Koloman Tarnay"
FIRST_DAY = {"primary": date(2018, 3, 5), "supplemental": date(2018, 10, 1)}
SECOND_RATER_DAY = date(2018, 6, 11)
INTERVAL = 28
"""Days between the two readings of rater 1."""
A_DAY = 150
"""Discs read a day."""
COLUMNS = (
    "patient_id", "sop_instance_uid", "level", "x", "y", "width", "height", "grade", "rater", "reading", "cohort",
    "origin", "read_at",
)  # fmt: skip
TRUTH = pa.schema(
    [
        records.column("patient_id", pa.string(), "original patient identifier"),
        records.column("sop_instance_uid", pa.string(), "original SOP Instance UID of the slice that shows the disc"),
        records.column("level", pa.string(), "lumbar level, for example L4/L5"),
        records.column("cohort", pa.string(), "primary or supplemental"),
        records.column("degeneration", pa.float64(), "hidden continuous degeneration", "grade"),
        records.column("contradictory", pa.bool_(), "whether the disc has collapsed but kept a bright nucleus"),
    ]
)
Row = dict[str, str | float | int | bool]
Floats = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Discs:
    """All discs of a cohort, patient by patient and from L1/L2 to L5/S1; arrays of shape (discs,)."""

    cohort: str
    patients: Sequence[Patient]
    seen: Sequence[Seen]

    @property
    def degeneration(self) -> Floats:
        """Hidden degeneration, grade units."""
        return np.concatenate([patient.degeneration for patient in self.patients] or [np.empty(0)])

    @property
    def contradictory(self) -> NDArray[np.bool_]:
        """Discs that contradict themselves."""
        return np.concatenate([patient.contradictory for patient in self.patients] or [np.empty(0, bool)])

    def normal(self, purpose: str) -> Floats:
        """Draw a standard normal number for each disc."""
        draws = [patient.generator(purpose).standard_normal(len(LEVELS)) for patient in self.patients]
        return np.concatenate(draws or [np.empty(0)])

    def uniform(self, purpose: str) -> Floats:
        """Draw a number between 0 and 1 for each disc."""
        draws = [patient.generator(purpose).random(len(LEVELS)) for patient in self.patients]
        return np.concatenate(draws or [np.empty(0)])

    def row(self, disc: int, grade: float, rater: str, reading: int, day: date, origin: str = "human") -> Row:
        """Return one reading of a disc as a row of the sheet."""
        seen, level = self.seen[disc], LEVELS[disc % len(LEVELS)]
        rng = self.patients[disc // len(LEVELS)].generator(f"region {level} {rater} {reading}")
        box = dict(zip(("x", "y", "width", "height"), drawn(seen.box, rng), strict=True))
        return (
            {"patient_id": seen.patient_id, "sop_instance_uid": seen.sop_instance_uid, "level": level}
            | box
            | {"grade": grade, "rater": rater, "reading": reading, "cohort": self.cohort}
            | {"origin": origin, "read_at": day.isoformat()}
        )


def truth_rows(discs: Discs) -> list[Row]:
    """Return the hidden truth of a cohort as rows of `TRUTH`."""
    return [
        {
            "patient_id": seen.patient_id,
            "sop_instance_uid": seen.sop_instance_uid,
            "level": LEVELS[number % len(LEVELS)],
            "cohort": discs.cohort,
            "degeneration": float(discs.degeneration[number]),
            "contradictory": bool(discs.contradictory[number]),
        }
        for number, seen in enumerate(discs.seen)
    ]


def rating_rows(discs: Discs, reread: int, second_rater: int) -> list[Row]:
    """Grade the discs of a cohort.

    Args:
        discs: The cohort's discs.
        reread: How many of them rater 1 reads a second time.
        second_rater: How many of them rater 2 reads.

    Returns:
        Rows of the sheet: rater 1's first reading, the second one, rater 2's.

    Raises:
        ValueError: if there are fewer graded discs than are to be read again.
    """
    graded = _graded(discs)
    degeneration = discs.degeneration[graded]
    hesitant = (discs.uniform("hesitation") < readings.HESITATION)[graded] | discs.contradictory[graded]

    def perceived(reading: str) -> Floats:
        return readings.perceived(degeneration, hesitant, discs.normal(reading)[graded])

    first = readings.first_reading(perceived("rater 1, reading 1"), discs.cohort)
    limits = readings.borders(perceived("rater 1, reading 1"), first)
    plain = discs.uniform("plain")[graded] < readings.PLAIN
    second = readings.second_reading(perceived("rater 1, reading 2"), limits, plain)
    other = readings.other_reading(degeneration, discs.normal("rater 2")[graded])
    again = readings.choose(first, reread, readings.REREAD_MIXTURE, discs.uniform("reread")[graded])
    both = readings.choose(first, second_rater, readings.SECOND_RATER_MIXTURE, discs.uniform("rater 2 too")[graded])

    days = dict(zip(graded, _days(FIRST_DAY[discs.cohort], len(graded)), strict=True))
    origins = _origins(discs, graded)
    rows = [discs.row(d, g, FIRST_RATER, 1, days[d], o) for d, g, o in zip(graded, first, origins, strict=True)]
    later = timedelta(days=INTERVAL)
    rows += [discs.row(graded[n], second[n], FIRST_RATER, 2, days[graded[n]] + later) for n in again]
    rows += [
        discs.row(graded[n], other[n], SECOND_RATER, 1, day)
        for n, day in zip(both, _days(SECOND_RATER_DAY, len(both)), strict=True)
    ]
    return rows


def _graded(discs: Discs) -> NDArray[np.int64]:
    """Return the positions of the discs that are graded at all."""
    number = len(discs.seen)
    left_out = round(number * readings.UNGRADED[discs.cohort])
    return np.sort(np.argsort(discs.uniform("graded"), kind="stable")[left_out:])


def _origins(discs: Discs, graded: NDArray[np.int64]) -> list[str]:
    """Return who made the labels: in the supplemental cohort a classifier, some of them reviewed by rater 1."""
    if discs.cohort == "primary":
        return ["human"] * len(graded)
    doubt = (discs.uniform("doubt") + discs.contradictory)[graded]
    reviewed = set(np.argsort(-doubt, kind="stable")[: round(len(graded) * readings.REVIEWED)].tolist())
    return ["reviewed" if number in reviewed else "pseudo" for number in range(len(graded))]


def _days(first: date, number: int) -> list[date]:
    """Return the working days on which so many discs are read."""
    days = np.busday_offset(np.datetime64(first), np.arange(number) // A_DAY, roll="forward")
    return [day.astype(date) for day in days]

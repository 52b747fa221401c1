"""The sheet of readings and the table of the hidden truth."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from discgrade.grades import LEVELS
from discgrade.phantom import readings
from discgrade.phantom.examination import Seen
from discgrade.phantom.population import Cohort, Patient
from discgrade.phantom.spine.region import drawn
from discgrade.records.columns import column

FIRST_RATER, SECOND_RATER = "Dr. Ilse Brandwein", "Dr. Koloman Tarnay"
FIRST_DAY = {"primary": "2018-03-05", "supplemental": "2018-10-01"}
SECOND_RATER_DAY = "2018-06-11"
INTERVAL = np.timedelta64(28, "D")
"""Time between the two readings of rater 1."""
A_DAY = 150
"""Discs read a day."""

TRUTH = pa.schema(
    [
        column("patient_id", pa.string(), "original patient identifier"),
        column("sop_instance_uid", pa.string(), "original SOP Instance UID of the slice that shows the disc"),
        column("level", pa.string(), "lumbar level, for example L4/L5"),
        column("cohort", pa.string(), "primary or supplemental"),
        column("degeneration", pa.float64(), "hidden continuous degeneration", "grade"),
        column("contradictory", pa.bool_(), "whether the disc has collapsed but kept a bright nucleus"),
    ]
)

Floats = NDArray[np.float64]
Numbers = NDArray[np.int64]
Days = NDArray[np.datetime64]


@dataclass(frozen=True)
class Reading:
    """One row of the sheet; its attributes are the sheet's columns."""

    patient_id: str
    sop_instance_uid: str
    level: str
    x: int
    y: int
    width: int
    height: int
    grade: float
    rater: str
    reading: int
    cohort: str
    origin: str
    read_at: str


@dataclass(frozen=True, eq=False)
class Discs:
    """All discs of a cohort, patient by patient and from L1/L2 to L5/S1."""

    cohort: Cohort
    patients: Sequence[Patient]
    seen: Sequence[Seen]

    def __len__(self) -> int:
        return len(self.patients) * len(LEVELS)

    @cached_property
    def degeneration(self) -> Floats:
        """Hidden degeneration, grade units, shape (discs,)."""
        return self._each(lambda patient: patient.degeneration)

    @cached_property
    def contradictory(self) -> NDArray[np.bool_]:
        """Discs that contradict themselves, shape (discs,)."""
        return self._each(lambda patient: patient.contradictory).astype(bool)

    def normal(self, purpose: str) -> Floats:
        """Draw a standard normal number for each disc."""
        return self._each(lambda patient: patient.generator(purpose).standard_normal(len(LEVELS)))

    def uniform(self, purpose: str) -> Floats:
        """Draw a number between 0 and 1 for each disc."""
        return self._each(lambda patient: patient.generator(purpose).random(len(LEVELS)))

    def _each(self, of: Callable[[Patient], NDArray[np.float64] | NDArray[np.bool_]]) -> Floats:
        return np.array([of(patient) for patient in self.patients], float).ravel()

    def read(self, discs: Numbers, grades: Floats, days: Days, who: tuple[str, int]) -> list[Reading]:
        """Return one reading of several discs.

        Args:
            discs: Their numbers.
            grades: The grade of each.
            days: The day on which each is read.
            who: The rater and the number of the reading.
        """
        return [
            self._read(int(disc), float(grade), str(day), who)
            for disc, grade, day in zip(discs, grades, days, strict=True)
        ]

    def _read(self, disc: int, grade: float, day: str, who: tuple[str, int]) -> Reading:
        patient, level = self.patients[disc // len(LEVELS)], LEVELS[disc % len(LEVELS)]
        seen, (rater, reading) = self.seen[disc], who
        x, y, width, height = drawn(seen.box, patient.generator(f"region of {level}, {rater}, {reading}"))
        return Reading(
            patient_id=seen.patient_id,
            sop_instance_uid=seen.sop_instance_uid,
            level=level,
            x=x,
            y=y,
            width=width,
            height=height,
            grade=grade,
            rater=rater,
            reading=reading,
            cohort=self.cohort,
            origin="human",
            read_at=day,
        )


def read_cohort(discs: Discs, *, reread: int, second_rater: int) -> list[Reading]:
    """Grade the discs of a cohort.

    Args:
        discs: The cohort's discs.
        reread: How many of them rater 1 reads a second time.
        second_rater: How many of them rater 2 reads.

    Returns:
        Rater 1's first readings, the second ones, and rater 2's.
    """
    if not len(discs):
        return []
    graded = _graded(discs)
    hesitant = (discs.uniform("hesitation") < readings.HESITATION) | discs.contradictory

    def perception(reading: str) -> Floats:
        return readings.perceived(discs.degeneration, hesitant, discs.normal(reading))[graded]

    perceived = perception("first reading")
    first = readings.first_reading(perceived, discs.cohort)
    days = _days(FIRST_DAY[discs.cohort], len(graded))
    rows = discs.read(graded, first, days, (FIRST_RATER, 1))

    again = readings.choose(first, reread, readings.REREAD_MIXTURE, discs.uniform("read again")[graded])
    plain = discs.uniform("plain grades")[graded] < readings.PLAIN
    second = readings.second_reading(perception("second reading"), readings.borders(perceived, first), plain)
    rows += discs.read(graded[again], second[again], days[again] + INTERVAL, (FIRST_RATER, 2))

    both = readings.choose(first, second_rater, readings.SECOND_RATER_MIXTURE, discs.uniform("read by both")[graded])
    other = readings.other_reading(discs.degeneration[graded], discs.normal("rater 2")[graded])
    return rows + discs.read(graded[both], other[both], _days(SECOND_RATER_DAY, len(both)), (SECOND_RATER, 1))


def _graded(discs: Discs) -> Numbers:
    """Return the numbers of the discs that are graded at all, ascending."""
    order = np.argsort(discs.uniform("left out"), kind="stable")
    return np.sort(order[: readings.graded(len(discs), discs.cohort)])


def _days(first: str, discs: int) -> Days:
    """Return the working day on which each of so many discs is read."""
    return np.busday_offset(first, np.arange(discs) // A_DAY, roll="forward")


def truth(discs: Discs) -> list[dict[str, object]]:
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

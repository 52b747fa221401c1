"""The invented patients: age, sex and the hidden degeneration of their five lumbar discs.

Degeneration is continuous, in grade units. It is normally distributed within each group of patients; the groups' means
and deviations are those that give the integral grades of Niemeyer et al. 2021 (primary cohort 61, 1067, 2953, 1783, 315
discs; supplemental cohort 293, 490, 401, 364, 221) between common borders.
"""

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from discgrade.grades import LEVELS
from discgrade.keyed import generator

Cohort = Literal["primary", "supplemental"]


@dataclass(frozen=True)
class Group:
    """Patients chosen alike: age in years and degeneration in grade units, each as mean and standard deviation."""

    age: tuple[float, float]
    degeneration: tuple[float, float]


CLINIC = Group(age=(52, 15), degeneration=(3.19, 0.75))
HEALTHY = Group(age=(34, 12), degeneration=(1.86, 0.86))
DEGENERATED = Group(age=(69, 12), degeneration=(3.96, 0.81))
HEALTHY_PATIENTS, SUPPLEMENTAL_PATIENTS = 201, 361

# Shares of the variance of degeneration: explained by age, by the patient otherwise, by the single disc.
AGE_SHARE, PATIENT_SHARE, DISC_SHARE = 0.25, 0.3, 0.45
LEVEL_OFFSET = np.array([-0.2, -0.1, 0.0, 0.18, 0.12])
CONTRADICTORY = 0.01


@dataclass(frozen=True)
class Patient:
    """An invented patient.

    Attributes:
        seed: Seed of the whole cohort.
        cohort: primary or supplemental.
        index: Number of the patient within the cohort, from 0.
        group: The patients among whom this one was chosen.
        age: Age at the study in years.
        sex: F or M.
        degeneration: Hidden degeneration of the discs L1/L2 to L5/S1, grade units, about 0 to 6.
        contradictory: Which discs contradict themselves: collapsed, but with a bright nucleus.
    """

    seed: int
    cohort: Cohort
    index: int
    group: Group
    age: float
    sex: str
    degeneration: NDArray[np.float64]
    contradictory: NDArray[np.bool_]

    def generator(self, purpose: str) -> np.random.Generator:
        """Return the patient's own random generator for a purpose."""
        return generator(self.seed, self.cohort, self.index, purpose)


def draw_patient(seed: int, cohort: Cohort, index: int) -> Patient:
    """Draw the patient that has this number in this cohort; no other patient matters."""
    rng = generator(seed, cohort, index, "patient")
    group = _group(cohort, index)
    ageing, constitution = rng.standard_normal(2)
    discs = rng.standard_normal(len(LEVELS))
    score = np.sqrt(AGE_SHARE) * ageing + np.sqrt(PATIENT_SHARE) * constitution + np.sqrt(DISC_SHARE) * discs
    mean, deviation = group.degeneration
    degeneration = mean + LEVEL_OFFSET + np.sqrt(deviation**2 - LEVEL_OFFSET.var()) * score
    return Patient(
        seed=seed,
        cohort=cohort,
        index=index,
        group=group,
        age=float(np.clip(group.age[0] + group.age[1] * ageing, 18, 95)),
        sex=str(rng.choice(["F", "M"])),
        degeneration=degeneration,
        contradictory=(rng.random(len(LEVELS)) < CONTRADICTORY) & (degeneration > 3),
    )


def _group(cohort: Cohort, index: int) -> Group:
    if cohort == "primary":
        return CLINIC
    before, after = (number * HEALTHY_PATIENTS // SUPPLEMENTAL_PATIENTS for number in (index, index + 1))
    return HEALTHY if after > before else DEGENERATED

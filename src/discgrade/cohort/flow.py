"""Count what was received, excluded and kept, from the files of the source to the patients of the cohort."""

from collections.abc import Mapping

import pandas as pd

from discgrade.grades import is_grade
from discgrade.records.flow import CohortSize, Flow, Stage
from discgrade.settings.model import Reference, Scale


def count_flow(
    readings: pd.DataFrame,
    images: pd.DataFrame,
    discs: pd.DataFrame,
    rejected: Mapping[str, int],
    reference: Reference,
) -> Flow:
    """Count what was received, excluded and kept.

    Args:
        readings: Every reading, `records.readings.RATINGS`.
        images: Every exported image, column patient of `records.export.INSTANCES`.
        discs: The cohort's discs, `records.discs.DISCS`.
        rejected: Number of files that were not exported, by reason.
        reference: Which reading is the reference.
    """
    return Flow(
        stages=_stages(readings, images, discs, rejected, reference_words(reference)),
        reference=reference_words(reference),
        scales=scales(readings),
        raters={
            str(rater): {str(number): len(same) for number, same in group.groupby("reading")}
            for rater, group in readings.groupby("rater")
        },
        cohorts={
            str(cohort): CohortSize(patients=group["patient"].nunique(), discs=len(group))
            for cohort, group in discs.groupby("cohort")
        },
    )


def _stages(
    readings: pd.DataFrame, images: pd.DataFrame, discs: pd.DataFrame, rejected: Mapping[str, int], words: str
) -> tuple[Stage, ...]:
    read_discs, patients = readings["disc"].nunique(), set(images["patient"])
    unread, left_out = patients - set(readings["patient"]), set(readings["patient"]) - set(discs["patient"])
    distinct = len(readings.drop_duplicates(["disc", "rater", "reading"]))
    return (
        _stage("files", len(images) + sum(rejected.values()), dict(sorted(rejected.items()))),
        _stage("readings", len(readings), {"the same reading again": len(readings) - distinct}),
        _stage("discs", read_discs, {f"no {words}": read_discs - len(discs)}),
        _stage("patients", len(patients), {"no readings": len(unread), f"no disc with {words}": len(left_out)}),
    )


def _stage(unit: str, received: int, excluded: Mapping[str, int]) -> Stage:
    reasons = {reason: count for reason, count in excluded.items() if count}
    return Stage(unit, received, reasons, received - sum(reasons.values()))


def scales(readings: pd.DataFrame) -> tuple[Scale, ...]:
    """Return the scales that the readings can be evaluated on, the finest first."""
    return ("integral",) if is_grade(readings["grade"], "integral").all() else ("fractional", "integral")


def reference_words(reference: Reference) -> str:
    """Name the reference reading, for example "reading 1 by R1"."""
    if reference.statistic == "median":
        return "first reading by any rater"
    return f"reading {reference.reading} by {reference.rater}"

"""What a process does for one patient: read, cut, grade, flag, and write the pages."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from discgrade.grading.bundle.opening import Bundle, open_bundle
from discgrade.grading.discs import GradedDisc, GradedStudy
from discgrade.grading.inputs.cutting import Cut
from discgrade.grading.inputs.people import people_of
from discgrade.grading.inputs.regions import Region
from discgrade.grading.inputs.scans import Scanned
from discgrade.grading.inputs.studies import Prepared, prepare
from discgrade.grading.judging.flags import flags, uncertainty
from discgrade.grading.judging.grader import Grade, Grader
from discgrade.grading.judging.saliency import saliency
from discgrade.grading.outputs.pages.views import Earlier
from discgrade.grading.outputs.writing import write_study
from discgrade.grading.stability.jitter import Moved, moved
from discgrade.host import collect_the_rest

Maps = Mapping[tuple[str, int, str], NDArray[np.float32]]


@dataclass(frozen=True)
class Order:
    """What is asked for.

    Attributes:
        scans: Folder of scans.
        bundle: The bundle.
        folder: Folder that receives pages and DICOM.
        rule: Series to take instead of the one that the header tells.
        wanted: What is written of each study: page, pdf, report, overlay.
        jitter: Whether discs are graded again with moved boxes.
        saliency: Whether maps of what matters are made.
    """

    scans: Path
    bundle: Path
    folder: Path
    rule: str = ""
    wanted: tuple[str, ...] = ()
    jitter: bool = False
    saliency: bool = False


@dataclass(frozen=True)
class Job:
    """One patient's studies, by date, with the regions of each.

    Attributes:
        studies: The studies.
        regions: Of each study, rows of the sheet; None: the locator finds its discs.
    """

    studies: tuple[Scanned, ...]
    regions: tuple[tuple[Region, ...] | None, ...]


@dataclass(frozen=True)
class Done:
    """What became of a job.

    Attributes:
        studies: Graded or skipped, in their order.
        moves: Discs that were graded again.
    """

    studies: tuple[GradedStudy, ...]
    moves: tuple[Moved, ...] = ()


def grade_patient(order: Order, job: Job) -> Done:
    """Grade the studies of one patient."""
    grader = grader_of(order.bundle)
    studies: list[GradedStudy] = []
    moves: list[Moved] = []
    earlier: dict[int, list[Earlier]] = defaultdict(list)
    for scanned, regions, whose in zip(job.studies, job.regions, people_of(job.studies), strict=True):
        prepared = prepare(scanned, regions, order.scans, grader, order.rule)
        given = grader.grade([cut.roi.pixels for cut in prepared.cuts], [cut.place.level for cut in prepared.cuts])
        study = graded(prepared, given, grader)
        study = replace(study, person=whose.number, notes=(*study.notes, *whose.notes))
        studies.append(_written(order, prepared, study, grader, earlier[whose.number]))
        if order.jitter:
            moves += moved(prepared, given, grader, order.scans)
    collect_the_rest()  # a PDF leaves its pictures in cycles
    return Done(tuple(studies), tuple(moves))


def _written(
    order: Order, prepared: Prepared, study: GradedStudy, grader: Grader, earlier: list[Earlier]
) -> GradedStudy:
    """Write what is wanted of a study next to the same person's earlier ones, and count it among these."""
    if not (order.wanted and study.discs):
        return study
    found = maps(prepared, grader) if order.saliency else {}
    earlier.append(
        write_study(
            study, prepared.sources, grader.facts, order.folder,
            saliency=found, earlier=tuple(earlier), wanted=order.wanted,
        )
    )  # fmt: skip
    return earlier[-1].study


@cache
def opened(bundle: Path) -> Bundle:
    """Return a bundle, read once in this process."""
    return open_bundle(bundle)


@cache
def grader_of(bundle: Path) -> Grader:
    """Return a bundle at work, made once in this process."""
    cv2.setNumThreads(1)
    return Grader(opened(bundle))


def graded(prepared: Prepared, given: Sequence[Grade], grader: Grader) -> GradedStudy:
    """Put a study and the grades of its regions together."""
    pairs = zip(prepared.cuts, given, strict=True)
    return GradedStudy(
        patient_id=prepared.patient_id,
        study_uid=prepared.study_uid,
        study_date=prepared.study_date,
        series=prepared.series,
        identified=prepared.identified,
        discs=tuple(_disc(cut, grade, grader) for cut, grade in pairs),
        skipped=prepared.skipped,
        left_out=prepared.left_out,
        notes=prepared.notes,
    )


def _disc(cut: Cut, grade: Grade, grader: Grader) -> GradedDisc:
    found = (*flags(grade, cut.roi, cut.file, cut.place.level, grader.facts), *cut.flags)
    return GradedDisc(
        place=cut.place,
        grade=grade.grade,
        fractional=grade.fractional,
        continuous=grade.continuous,
        probabilities=grade.probabilities,
        set=grade.set,
        flags=found,
        members=grade.members,
        bundle=grader.digest,
        uncertainty=uncertainty(grade, found),
        outputs=grade.outputs,
    )


def maps(prepared: Prepared, grader: Grader) -> Maps:
    """Return what the grade of each disc rests on (`saliency`)."""
    return {
        (*cut.place.image, cut.place.level): saliency(cut.roi.pixels, cut.place.level, grader) for cut in prepared.cuts
    }

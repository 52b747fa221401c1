"""How stable grades are: each disc again with its box moved by two pixels, and on the neighbouring slices."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from discgrade.grading.grader import Grade, Grader
from discgrade.grading.inputs.cutting import Cut
from discgrade.grading.inputs.studies import Prepared
from discgrade.grading.moves import SLICES, STEP, Move, moved_boxes, neighbours
from discgrade.imaging.dicom import Slice
from discgrade.imaging.frames import Frame
from discgrade.imaging.roi import Roi, extract
from discgrade.imaging.scans.slices import BrokenSliceError, decode, open_image


@dataclass(frozen=True)
class Moved:
    """A disc graded again.

    Attributes:
        patient_id: Patient ID.
        study_uid: Study Instance UID.
        level: The disc.
        move: What was moved.
        before: Its grade.
        after: Its grade then.
        change: In the expected grade.
    """

    patient_id: str
    study_uid: str
    level: str
    move: Move
    before: int
    after: int
    change: float


def moved(study: Prepared, given: Sequence[Grade], grader: Grader, folder: Path) -> list[Moved]:
    """Grade the discs of a study again, a move at a time; a move that leads out of the image is left out.

    Args:
        study: A study.
        given: The grades of its regions.
        grader: What they were graded with.
        folder: Folder of scans.
    """
    again = [
        (place, name, roi) for place, cut in enumerate(study.cuts) for name, roi in _again(study, cut, grader, folder)
    ]
    levels = [study.cuts[place].place.level for place, _, _ in again]
    after = grader.grade([roi.pixels for _, _, roi in again], levels)
    return [
        Moved(
            study.patient_id,
            study.study_uid,
            study.cuts[place].place.level,
            name,
            given[place].grade,
            grade.grade,
            grade.continuous - given[place].continuous,
        )
        for (place, name, _), grade in zip(again, after, strict=True)
    ]


def _again(study: Prepared, cut: Cut, grader: Grader, folder: Path) -> Iterator[tuple[Move, Roi]]:
    shape, place = grader.facts.preprocessing.region, cut.place
    yield from moved_boxes(study.sources[place.image].slice, place.box, shape)
    for move, frame in neighbours(study.stacks, place.image):
        if (image := _read(frame, folder)) is not None:
            yield move, extract(image, place.box, shape)


def _read(frame: Frame, folder: Path) -> Slice | None:
    try:
        return decode(open_image(folder / frame.path, folder), frame.frame)
    except BrokenSliceError:
        return None


class Stability:
    """Counts how often a grade changes."""

    def __init__(self) -> None:
        self._counts: Counter[tuple[bool, int]] = Counter()

    def add(self, one: Moved) -> None:
        """Count a disc that was graded again."""
        self._counts[one.move in SLICES, abs(one.before - one.after)] += 1

    def said(self) -> Iterator[str]:
        """Yield how often a grade changes, one sentence for boxes and one for slices."""
        for slices, name in ((False, f"a box moved by {STEP} px"), (True, "the neighbouring slice")):
            changes = {change: n for (beside, change), n in self._counts.items() if beside is slices}
            if total := sum(changes.values()):
                changed, far = total - changes.get(0, 0), sum(n for change, n in changes.items() if change > 1)
                yield (
                    f"With {name} the grade changes for {changed / total:.1%} ({changed} of {total}), "
                    f"by more than one for {far / total:.1%}"
                )

"""How stable grades are: each disc again with its box moved by two pixels, and on the neighbouring slices."""

import csv
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import astuple, dataclass, fields
from itertools import chain
from pathlib import Path

from discgrade import private as privacy
from discgrade.grading.inputs.cutting import Cut
from discgrade.grading.inputs.studies import Prepared
from discgrade.grading.judging.grader import Grade, Grader
from discgrade.grading.outputs.stream import read_studies
from discgrade.grading.stability.moves import SLICES, STEP, Move, moved_boxes, neighbours
from discgrade.imaging.dicom import Slice
from discgrade.imaging.frames import Frame
from discgrade.imaging.roi import Roi, extract
from discgrade.imaging.scans.slices import BrokenSliceError, decode, open_image

JITTER = "jitter.csv"


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


@contextmanager
def moves_table(folder: Path) -> Iterator[Callable[[Moved], None]]:
    """Open `jitter.csv` of a folder, and yield the function that writes a disc into it that was graded again."""
    with privacy.writing(folder / JITTER) as text:
        table = csv.writer(text)
        table.writerow([field.name for field in fields(Moved)])
        yield lambda move: table.writerow(privacy.harmless(astuple(move)))


def join_moves(parts: Sequence[Path], folder: Path) -> Stability:
    """Join `jitter.csv` of several folders, in the order of the studies of the joined folder; nothing without any.

    Args:
        parts: The folders.
        folder: The joined folder, with its `grades.json`.
    """
    stability = Stability()
    with ExitStack() as stack:
        files = [
            stack.enter_context((part / JITTER).open(newline="", encoding="utf-8", errors="surrogateescape"))
            for part in parts
            if (part / JITTER).exists()
        ]
        if not files:
            return stability
        waiting = [_Waiting(csv.DictReader(file)) for file in files]
        write = stack.enter_context(moves_table(folder))
        for study in read_studies(folder):
            whose = tuple(privacy.harmless((study.patient_id, study.study_uid)))
            for move in chain.from_iterable(rows.of(whose) for rows in waiting):
                stability.add(move)
                write(move)
    return stability


class _Waiting:
    """Rows of one `jitter.csv`, each read when its study's turn has come."""

    def __init__(self, rows: Iterator[dict[str, str]]) -> None:
        self._rows = rows
        self._next = next(rows, None)

    def of(self, whose: tuple[object, ...]) -> Iterator[Moved]:
        """Yield what was graded again of a study, by Patient ID and Study Instance UID."""
        while self._next is not None and (self._next["patient_id"], self._next["study_uid"]) == whose:
            row = self._next | {"before": int(self._next["before"]), "after": int(self._next["after"])}
            yield Moved(**row | {"change": float(self._next["change"])})  # type: ignore[arg-type]
            self._next = next(self._rows, None)

"""The studies of a folder of scans: their series, the one to be read, and what is wrong with them."""

from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from discgrade.imaging.scans.headers import File, read_folder
from discgrade.imaging.scans.studies import by_study, shared_images
from discgrade.imaging.series import Choice, choose
from discgrade.imaging.stacks import Stack, stacks
from discgrade.private import RefusedError
from discgrade.rating.ledger.work import opaque

PROBLEMS = {
    "no_t2": "No series of this study is a sagittal T2 by its header. Choose one yourself, or set the study aside.",
    "two_series": "Several series fit equally well; the one with most slices was taken. Look at the others too.",
    "no_spacing": "The file does not say how large a pixel is: pixels are shown square, and lengths are unknown.",
    "no_orientation": "The file does not say how the slices lie in the patient: they are shown as they are stored.",
    "broken_files": "Files of this study cannot be read and are left out: {count}.",
    "shared_identifiers": "Images that share an identifier with other images are left out: {count}.",
}
"""What may be wrong with a study, as its raters are told."""


@dataclass(frozen=True)
class Study:
    """One study.

    Attributes:
        word: Stands for the study wherever it is named.
        patient_id: Patient ID, as the sheet of readings will name it.
        uid: Study Instance UID.
        stacks: Its series, in order of their number.
        descriptions: What may be shown of the scanner's description of each.
        choice: The one that is read.
        broken: Number of files that cannot be read.
        shared: Number of images that are left out since others have their identifier.
    """

    word: str
    patient_id: str
    uid: str
    stacks: tuple[Stack, ...]
    descriptions: tuple[str, ...]
    choice: Choice
    broken: int = 0
    shared: int = 0

    @cached_property
    def places(self) -> dict[tuple[str, int], tuple[int, int]]:
        """Series and slice of each image and frame."""
        return {
            (one.instance, one.frame): (series, number)
            for series, stack in enumerate(self.stacks)
            for number, one in enumerate(stack.slices)
        }

    def problems(self, series: int | None) -> Iterator[tuple[str, str]]:
        """Yield key and text of what is wrong with the study, or with the series that is read."""
        if self.choice.number is None:
            yield "no_t2", PROBLEMS["no_t2"]
        if self.choice.rivals:
            yield "two_series", PROBLEMS["two_series"]
        if series is not None and self.stacks[series].first.row_spacing is None:
            yield "no_spacing", PROBLEMS["no_spacing"]
        if series is not None and self.stacks[series].first.orientation is None:
            yield "no_orientation", PROBLEMS["no_orientation"]
        if self.broken:
            yield "broken_files", PROBLEMS["broken_files"].format(count=self.broken)
        if self.shared:
            yield "shared_identifiers", PROBLEMS["shared_identifiers"].format(count=self.shared)


def read_studies(
    source: Path, private: Path, secret: bytes, tell: Callable[[str], None] = print, follow_links: bool = False
) -> dict[str, Study]:
    """Return the studies below a folder by the words that stand for them.

    Args:
        source: Folder of DICOM files, an export or as they came.
        private: Private folder, which keeps the headers that were read.
        secret: What the words are made with.
        tell: Takes a sentence on progress.
        follow_links: Whether links that lead out of the folder are followed.

    Raises:
        RefusedError: if the folder holds no DICOM file.
    """
    files = read_folder(source, private, tell, follow_links) if source.is_dir() else []
    if not files:
        raise RefusedError("The folder of scans is missing, or holds no DICOM image. Give the folder of the scans")
    shared = shared_images(files)
    found = (_study(key, some, shared, secret) for key, some in by_study(files).items())
    return {study.word: study for study in sorted(found, key=lambda one: one.word)}


def _study(key: tuple[str, ...], files: Sequence[File], shared: Collection[str], secret: bytes) -> Study:
    whole = [file for file in files if not file.broken]
    described = {one.instance: file.description for file in whole for one in file.frames}
    frames = [one for file in whole for one in file.frames]
    found = stacks([one for one in frames if one.instance not in shared])
    return Study(
        word=opaque(secret, "study", *key),
        patient_id=whole[0].patient_id if whole else "",
        uid=whole[0].study_uid if whole else "",
        stacks=tuple(found),
        descriptions=tuple(described[one.first.instance] for one in found),
        choice=choose(found),
        broken=len(files) - len(whole),
        shared=sum(one.instance in shared for one in frames),
    )

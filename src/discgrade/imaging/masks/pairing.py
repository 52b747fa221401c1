"""Which mask is of which image: told from names alone, never guessed."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from discgrade.imaging.opening import HEAD, begins_as_dicom
from discgrade.imaging.scans.headers import File
from discgrade.imaging.stacks import Stack
from discgrade.imaging.volumes.files import is_volume, stem
from discgrade.imaging.volumes.names import is_image


@dataclass(frozen=True)
class MaskFiles:
    """The masks of a folder.

    Attributes:
        named: Label maps by their names without folder and suffix.
        segmentations: DICOM segmentations by the Series Instance UID that they refer to.
    """

    named: dict[str, list[Path]] = field(default_factory=dict)
    segmentations: dict[str, list[Path]] = field(default_factory=dict)

    def of(self, stack: Stack, file: File) -> tuple[Path, ...]:
        """Return the masks of a stack.

        They are DICOM segmentations that refer to its series; or are called as its volume, or that and more after an
        underscore, a hyphen or a point; or as the UID of its series, or as its patient.

        Args:
            stack: Slices.
            file: Header of the file of one of them.
        """
        found = list(self.segmentations.get(stack.first.series, ()))
        names = [stem(file.path)] if is_volume(file.path) else [stack.first.series, file.patient_id]
        for name in names:
            if found or not name:
                break
            found = list(self.named.get(name, ())) or self._beginning(name)
        return tuple(found)

    def _beginning(self, name: str) -> list[Path]:
        """Return masks whose names begin as an image's; a BIDS mask may leave out what its image's name ends in."""
        short = name.rpartition("_")[0] if name.startswith("sub-") else name
        begun = [
            one for one in self.named if one.startswith(short) and one[len(short) : len(short) + 1] in ("_", "-", ".")
        ]
        series = name.rpartition("_")[2] if name.startswith("sub-") else ""
        others = ("T1w", "T2w", "PDw", "T2star", "FLAIR", "STIR")
        fitting = [one for one in begun if series in one or not any(other in one for other in others)]
        return [path for one in sorted(fitting) for path in self.named[one]]


def find_masks(folder: Path, files: Sequence[str], scans: Path) -> MaskFiles:
    """Return the masks of a folder.

    Args:
        folder: Folder of masks.
        files: Paths of its files, relative to it.
        scans: Folder of the images; where masks lie among them, they are told by their names alone.
    """
    among = scans.resolve().is_relative_to(folder.resolve())
    named, segmentations = defaultdict[str, list[Path]](list), defaultdict[str, list[Path]](list)
    for path in sorted(files):
        if is_volume(path):
            if among and is_image(path):
                continue
            named[stem(path)].append(folder / path)
        else:
            for series in _referenced(folder / path):
                segmentations[series].append(folder / path)
    return MaskFiles(dict(named), dict(segmentations))


def _referenced(path: Path) -> list[str]:
    """Return the series that a DICOM segmentation refers to; none of any other file."""
    import pydicom  # noqa: PLC0415 - only where a file may be one

    try:
        with path.open("rb") as file:
            if not begins_as_dicom(file.read(HEAD)):
                return []
        dataset = pydicom.dcmread(
            path, stop_before_pixels=True, specific_tags=["Modality", "ReferencedSeriesSequence"], force=True
        )
        if dataset.get("Modality") != "SEG":
            return []
        return [str(one.SeriesInstanceUID) for one in dataset.get("ReferencedSeriesSequence") or []]
    except Exception:
        return []

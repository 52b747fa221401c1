"""Regions of a sheet cut out of the images of one study, or why one cannot be."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path

import numpy as np
from pydicom.dataset import FileDataset

from discgrade.grades import LEVELS
from discgrade.grading.discs import Flag, Origin, Place, Source
from discgrade.grading.inputs.regions import Region
from discgrade.grading.inputs.scans import Scanned
from discgrade.grading.inputs.series import Readable
from discgrade.grading.judging.grader import Grader
from discgrade.imaging.box import Box
from discgrade.imaging.dicom import Slice
from discgrade.imaging.frames import Frame
from discgrade.imaging.header import normalised
from discgrade.imaging.roi import Roi, extract
from discgrade.imaging.scans.headers import File
from discgrade.imaging.scans.slices import BrokenSliceError, decode, open_image
from discgrade.imaging.stacks import Stack

_SHARED = "its SOP Instance UID stands for several different images"
_MOST_OF_IMAGE = 2.0
"""How often the side of an image a box may hold: of an endless one there would be billions of pixels."""
_FINEST, _COARSEST, _MOST_OBLONG = 0.02, 20.0, 10.0
"""Sides of a pixel in mm, and how often one may hold the other, beyond which a header is wrong."""


@dataclass(frozen=True, eq=False)
class Cut:
    """A region that can be graded.

    Attributes:
        place: Which disc, and where.
        roi: Its pixels.
        file: Header of its file.
        flags: Why somebody should look at where it lies.
    """

    place: Place
    roi: Roi
    file: File
    flags: tuple[Flag, ...] = ()


class OutError(ValueError):
    """A region that cannot be graded; the message completes "row 3 of the sheet: ..."."""


@dataclass
class Desk:
    """Opens each image of a study once."""

    scanned: Scanned
    files: Sequence[File]
    stacks: Sequence[Stack]
    read: Readable
    folder: Path
    grader: Grader
    sources: dict[tuple[str, int], Source] = field(default_factory=dict)
    _open: dict[str, FileDataset] = field(default_factory=dict)

    @cached_property
    def _file(self) -> dict[str, File]:
        return {instance: copies[-1] for instance, copies in self._copies.items()}

    @cached_property
    def _copies(self) -> dict[str, list[File]]:
        """Files by SOP Instance UID: several where one lies there twice."""
        found: dict[str, list[File]] = defaultdict(list)
        for file in self.files:
            for instance in {one.instance for one in file.frames}:
                found[instance].append(file)
        return found

    @cached_property
    def _places(self) -> dict[tuple[str, int], int]:
        return {(one.instance, one.frame): number for number, some in enumerate(self.stacks) for one in some.slices}

    def stack_of(self, image: tuple[str, int]) -> int:
        """Return the number of the stack that a slice, by SOP Instance UID and frame, is of."""
        return self._places[image]

    def cut(self, region: Region) -> Cut:
        """Cut a region out of its slice.

        Raises:
            OutError: if it cannot be.
        """
        number = self._stack(region)
        assert region.box is not None
        image = region.sop_instance_uid, region.frame
        cut = self.cut_at(self.stacks[number], image, region.level, region.box, region.origin)
        return replace(cut, flags=tuple(Flag("mask", sentence) for sentence in region.flags))

    def cut_at(self, stack: Stack, image: tuple[str, int], level: str, box: Box, origin: Origin) -> Cut:
        """Cut a box out of a slice of a stack that may be read.

        Args:
            stack: The stack.
            image: SOP Instance UID and frame of the slice.
            level: Which disc it is.
            box: On the slice as it is stored.
            origin: Where the box comes from.

        Raises:
            OutError: if it cannot be.
        """
        self._check_level(level)
        shown = self._source(image).slice
        rows, columns = shown.pixels.shape
        if box.width > _MOST_OF_IMAGE * columns or box.height > _MOST_OF_IMAGE * rows:
            raise OutError(
                f"its box of {box.width:g} x {box.height:g} px is larger than its image of {columns} x {rows} px"
            )
        try:
            roi = extract(shown, box, self.grader.facts.preprocessing.region)
        except ValueError as error:
            raise OutError(f"its box lies outside the image: {error}") from None
        if roi.scale == 0:
            raise OutError("its region is all of one grey: it shows no disc")
        place = Place(self.scanned.patient_id, self.scanned.uid, stack.first.series, *image, level, box, origin)
        return Cut(place, roi, self._file[image[0]])

    def shown(self, frame: Frame) -> Slice:
        """Return a slice, decoded and not kept.

        Raises:
            OutError: if it cannot be decoded.
        """
        image = frame.instance, frame.frame
        return (self.sources.get(image) or self._decoded(*image)).slice

    def opened(self) -> Iterator[FileDataset]:
        """Yield the open files that still hold their pixels, which nobody needs once they are decoded."""
        return (dataset for dataset in self._open.values() if "PixelData" in dataset)

    def _stack(self, region: Region) -> int:
        """Return the number of the stack that a region lies on, once nothing speaks against it."""
        if region.fault:
            raise OutError(region.fault)
        self._check_level(region.level)
        if region.sop_instance_uid in self.scanned.shared:
            raise OutError(_SHARED)
        if normalised(region.patient_id) != normalised(self.scanned.patient_id):
            raise OutError("its patient is not the one that the image's header names")
        number = self._places.get((region.sop_instance_uid, region.frame))
        if number is None:
            raise OutError(f"its image has no frame {region.frame}")
        if number not in self.read.allowed:
            raise OutError(
                f"it lies on series {self.stacks[number].first.series_number}, which is not read: "
                f"{self.read.reasons[number]}"
            )
        return number

    def _check_level(self, level: str) -> None:
        if self.grader.takes_level and level not in LEVELS:
            raise OutError(f"the networks take the level of a disc, and know {', '.join(LEVELS)} alone")

    def _source(self, image: tuple[str, int]) -> Source:
        if image not in self.sources:
            self.sources[image] = self._decoded(*image)
        return self.sources[image]

    def _decoded(self, instance: str, frame: int) -> Source:
        try:
            if instance not in self._open:
                self._open[instance] = open_image(self.folder / self._file[instance].path, self.folder)
            dataset = self._open[instance]
            source = Source(dataset, decode(dataset, frame))
        except BrokenSliceError as error:
            raise OutError(f"its image cannot be graded: {error}") from None
        _check_spacing(source.slice)
        self._check_copies(instance, frame, source.slice)
        return source

    def _check_copies(self, instance: str, frame: int, image: Slice) -> None:
        """Check that files whose headers say the same show the same."""
        for file in self._copies[instance][:-1]:
            try:
                other = decode(open_image(self.folder / file.path, self.folder), frame)
            except BrokenSliceError:
                continue
            if not np.array_equal(other.pixels, image.pixels):
                raise OutError(_SHARED)


def _check_spacing(image: Slice) -> None:
    """Check that square pixels can be made of those of a slice: of absurd ones there would be billions."""
    sides = image.row_spacing, image.column_spacing
    if sides[0] is None or sides[1] is None:
        return
    low, high = sorted((sides[0], sides[1]))
    if low < _FINEST or high > _COARSEST or high > _MOST_OBLONG * low:
        raise OutError(
            f"its header says that a pixel is {sides[0]:g} mm high and {sides[1]:g} mm wide, which no scanner makes"
        )

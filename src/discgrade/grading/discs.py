"""A graded disc and a graded study: what the outputs of `discgrade grade` are made of."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from discgrade.imaging.box import Box
from discgrade.imaging.dicom import Slice

Origin = Literal["drawn", "mask", "found"]
"""Where a region comes from: a sheet, a mask, or the locator of the bundle."""


@dataclass(frozen=True)
class Place:
    """Which disc, and where it lies.

    Attributes:
        patient_id: Patient ID.
        study_uid: Study Instance UID.
        series_uid: Series Instance UID.
        sop_instance_uid: SOP Instance UID of the slice.
        frame: Frame of a multi-frame image, from 1.
        level: For example L4/L5.
        box: Region on the slice as it is stored.
        region: Where the region comes from.
    """

    patient_id: str
    study_uid: str
    series_uid: str
    sop_instance_uid: str
    frame: int
    level: str
    box: Box
    region: Origin

    @property
    def image(self) -> tuple[str, int]:
        """SOP Instance UID and frame of the slice."""
        return self.sop_instance_uid, self.frame


@dataclass(frozen=True)
class Flag:
    """Why somebody should look at a disc.

    Attributes:
        kind: One of `flags.KINDS`.
        reason: One sentence for people.
    """

    kind: str
    reason: str


@dataclass(frozen=True)
class GradedDisc:
    """One disc with its grade.

    Attributes:
        place: Which disc, and where.
        grade: Integral grade, 1 to 5.
        fractional: Grade on the 13 fractional grades; None where the bundle knows whole grades only.
        continuous: Expected grade, 1 to 5.
        probabilities: Of the integral grades, calibrated where the bundle is; None where it predicts no distribution.
        set: Integral grades that hold the true one with the coverage of the bundle; empty without calibration.
        flags: Why somebody should look at it.
        members: Expected grade of each member.
        doubt: Place in the review list: the larger, the earlier somebody should look.
        bundle: SHA-256 of the bundle's `bundle.json`.
    """

    place: Place
    grade: int
    fractional: float | None
    continuous: float
    probabilities: tuple[float, ...] | None
    set: tuple[int, ...]
    flags: tuple[Flag, ...]
    members: tuple[float, ...]
    doubt: float
    bundle: str


@dataclass(frozen=True)
class Series:
    """A series of a study, and why it was read or not.

    Attributes:
        uid: Series Instance UID.
        number: Series Number; None if the file does not say.
        description: Series description, without what identifies people.
        slices: Number of its slices.
        reason: Why it is a sagittal T2-weighted one, or why not.
        read: Whether regions lie on it.
    """

    uid: str
    number: int | None
    description: str
    slices: int
    reason: str
    read: bool


@dataclass(frozen=True)
class GradedStudy:
    """One study with its discs.

    Attributes:
        patient_id: Patient ID.
        study_uid: Study Instance UID.
        study_date: YYYYMMDD; None if the header does not say.
        identified: Whether the files carry the patient's identity.
        series: Its series; those with several weightings or planes more than once.
        discs: In the order of the levels.
        skipped: Why it, or a part of it, was not graded; empty if all was.
    """

    patient_id: str
    study_uid: str
    study_date: str | None
    identified: bool
    series: tuple[Series, ...]
    discs: tuple[GradedDisc, ...]
    skipped: tuple[str, ...] = ()


@dataclass(frozen=True, eq=False)
class Pictures:
    """What pages and DICOM objects need of a graded study beyond its values; no table keeps it.

    Attributes:
        slices: Grey values and geometry, as stored, of the slices on which discs lie, by SOP Instance UID and frame.
            `imaging.upright.upright(slice.orientation)` turns pixels and boxes upright.
        files: The files of these slices, by SOP Instance UID.
        saliency: For each disc, in the order of `GradedStudy.discs`, how far the expected grade moves when a part of
            the region is covered: float32 (rows, columns) over the region's box, upright; empty if not asked for.
    """

    slices: Mapping[tuple[str, int], Slice]
    files: Mapping[str, Path]
    saliency: tuple[NDArray[np.float32], ...] = ()

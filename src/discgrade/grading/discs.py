"""A graded disc and a graded study: what the outputs of `discgrade grade` are made of."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from pydicom.dataset import Dataset

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
        bundle: SHA-256 of the bundle's `bundle.json`.
        uncertainty: The larger, the earlier somebody should look.
        outputs: Mean outputs of the members on the bundle's scale; what a bundle is recalibrated by.
    """

    place: Place
    grade: int
    fractional: float | None
    continuous: float
    probabilities: tuple[float, ...] | None
    set: tuple[int, ...]
    flags: tuple[Flag, ...]
    members: tuple[float, ...]
    bundle: str
    uncertainty: float = 0.0
    outputs: tuple[float, ...] = ()


@dataclass(frozen=True)
class SeriesChoice:
    """A series of a study, and why it was read or not.

    Attributes:
        uid: Series Instance UID.
        number: Series Number; None if the header does not say.
        slices: Number of its slices.
        chosen: Whether its slices were graded.
        reason: Why it is a sagittal T2-weighted one, or why not (`imaging.series`).
        description: Series description, without what identifies people.
        slice: Which of its slices is the mid-sagittal one and why, where the locator chose it; else empty.
    """

    uid: str
    number: int | None
    slices: int
    chosen: bool
    reason: str
    description: str = ""
    slice: str = ""


@dataclass(frozen=True)
class GradedStudy:
    """One study with its discs.

    Attributes:
        patient_id: Patient ID as the header gives it.
        study_uid: Study Instance UID.
        study_date: YYYY-MM-DD; None if the header does not say.
        series: Its series, in the order of their numbers; those with several weightings or planes more than once.
        identified: Whether the files may carry the patient's identity: True unless they say that it was removed.
        discs: From head to feet.
        skipped: Why nothing was graded; None if something was.
        left_out: What was left out of a study that was graded, and why, one sentence each.
        notes: What else somebody should know of it, one sentence each.
        person: Which of several people under one Patient ID it is about, from 0; of other studies 0.
    """

    patient_id: str
    study_uid: str
    study_date: str | None
    series: tuple[SeriesChoice, ...]
    identified: bool
    discs: tuple[GradedDisc, ...]
    skipped: str | None = None
    left_out: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    person: int = 0


@dataclass(frozen=True, eq=False)
class Source:
    """One slice that discs were graded on.

    Attributes:
        header: Its file's data set; pixels may be missing.
        slice: Its grey values and geometry, as stored.
    """

    header: Dataset
    slice: Slice


Sources = Mapping[tuple[str, int], Source]
"""The slices of a study that discs were graded on, by SOP Instance UID and frame."""

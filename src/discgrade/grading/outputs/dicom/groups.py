"""The measurement group of a disc (TID 1410), as highdicom would write it.

It holds the region as a closed polyline on its image, the disc by SNOMED CT, the grade as a coded evaluation, the
grades of the prediction set, the probability of each grade, the reasons to look at it, and what graded it.
"""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray
from pydicom.sr.coding import Code

import discgrade
from discgrade.grading.bundle.facts import BundleFacts
from discgrade.grading.discs import GradedDisc, Source
from discgrade.grading.outputs.dicom import codes, headers
from discgrade.grading.outputs.dicom.encoded import code, coded, content, element, item, number, sequence, text
from discgrade.imaging.box import Box
from discgrade.keyed import uid

NOTICE = "For research only. Not a medical device."

_GROUP = Code("125007", "DCM", "Measurement Group")
_TRACKED = Code("112039", "DCM", "Tracking Identifier")
_TRACKING_UID = Code("112040", "DCM", "Tracking Unique Identifier")
_FINDING = Code("121071", "DCM", "Finding")
_SITE = Code("363698007", "SCT", "Finding Site")
_ALGORITHM = Code("111001", "DCM", "Algorithm Name")
_VERSION = Code("111003", "DCM", "Algorithm Version")
_PARAMETER = Code("111002", "DCM", "Algorithm Parameters")
_REGION = Code("111030", "DCM", "Image Region")
_SOURCE = Code("260753009", "SCT", "Source")
_CONTEXT, _MODIFIER, _PART = "HAS OBS CONTEXT", "HAS CONCEPT MOD", "CONTAINS"
_CONTENT = 0x0040A730
_DIGITS = 6


def group(disc: GradedDisc, source: Source, facts: BundleFacts) -> bytes:
    """Return the group of a disc, an item of the container of measurements.

    Args:
        disc: The disc.
        source: The slice that it lies on.
        facts: Of the bundle that graded it.
    """
    template = item(element(0x00080105, "CS", b"DCMR"), element(0x0040DB00, "CS", b"1410"))
    return item(
        element(0x0040A010, "CS", _PART.encode()),
        element(0x0040A040, "CS", b"CONTAINER"),
        coded(0x0040A043, _GROUP),
        element(0x0040A050, "CS", b"CONTINUOUS"),
        sequence(0x0040A504, [template]),
        sequence(_CONTENT, _items(disc, source, facts)),
    )


def _items(disc: GradedDisc, source: Source, facts: BundleFacts) -> Iterator[bytes]:
    level = disc.place.level
    yield text(_CONTEXT, _TRACKED, f"Disc {level}")
    yield content(_CONTEXT, "UIDREF", _TRACKING_UID, element(0x0040A124, "UI", tracking_uid(disc).encode()))
    yield code(_PART, _FINDING, codes.DEGENERATION)
    yield code(_MODIFIER, _SITE, codes.disc(level))
    yield from _algorithm(facts, disc.bundle)
    yield from _measurements(disc)
    yield from _evaluations(disc)
    yield _region(disc, source)
    yield from (text(_PART, codes.COMMENT, flag.reason) for flag in disc.flags)


def tracking_uid(disc: GradedDisc) -> str:
    """Return what tells a region of a disc from all others."""
    place = disc.place
    return uid("disc", place.study_uid, place.sop_instance_uid, place.frame, place.level, repr(place.box))


def _algorithm(facts: BundleFacts, digest: str) -> Iterator[bytes]:
    yield text(_MODIFIER, _ALGORITHM, f"{headers.MAKER}: Pfirrmann grade")
    yield text(_MODIFIER, _VERSION, discgrade.__version__)
    coverage = facts.calibration and f"coverage of the prediction set: {facts.calibration.coverage:g}"
    parameters = (f"bundle: {facts.name}", f"sha256 of bundle.json: {digest}", coverage or "", NOTICE)
    yield from (text(_MODIFIER, _PARAMETER, one) for one in parameters if one)


def _measurements(disc: GradedDisc) -> Iterator[bytes]:
    yield number(codes.EXPECTED, round(disc.continuous, _DIGITS), codes.ONE)
    if disc.fractional is not None:
        yield number(codes.FRACTIONAL, round(disc.fractional, _DIGITS), codes.ONE)
    for grade, probability in enumerate(disc.probabilities or (), 1):
        yield number(codes.probability(grade), round(probability, _DIGITS), codes.ONE)


def _evaluations(disc: GradedDisc) -> Iterator[bytes]:
    yield code(_PART, codes.PFIRRMANN, codes.grade(disc.grade))
    for grade in disc.set:
        yield code(_PART, codes.IN_SET, codes.grade(grade))
    for flag in disc.flags:
        yield code(_PART, codes.REVIEW, codes.private(flag.kind.upper(), flag.kind))


def _region(disc: GradedDisc, source: Source) -> bytes:
    """Return the region as a closed polyline, with the image or frame that it lies on (PS3.3 C.18.6)."""
    frames = headers.frame_numbers(source, disc.place.frame)
    image = item(
        element(0x00081150, "UI", headers.text(source.header, "SOPClassUID").encode()),
        element(0x00081155, "UI", disc.place.sop_instance_uid.encode()),
        *([element(0x00081160, "IS", "\\".join(map(str, frames)).encode())] if frames else []),
    )
    selected = item(
        sequence(0x00081199, [image]),
        element(0x0040A010, "CS", b"SELECTED FROM"),
        element(0x0040A040, "CS", b"IMAGE"),
        coded(0x0040A043, _SOURCE),
    )
    corners = outline(disc.place.box, source.slice.pixels.shape).astype("<f4").tobytes()
    drawn = element(0x00700022, "FL", corners), element(0x00700023, "CS", b"POLYLINE")
    return content(_PART, "SCOORD", _REGION, sequence(_CONTENT, [selected]), *drawn)


def outline(box: Box, shape: tuple[int, ...]) -> NDArray[np.float64]:
    """Return the part of a box that lies on an image as a closed polyline: (5, 2), column and row.

    The corner of the image is 0, 0, as it is for a box (PS3.3 C.18.6.1.2).

    Args:
        box: Region.
        shape: Rows and columns of the image.
    """
    left, right = np.clip([box.x, box.x + box.width], 0, shape[1])
    top, bottom = np.clip([box.y, box.y + box.height], 0, shape[0])
    return np.array([[left, top], [right, top], [right, bottom], [left, bottom], [left, top]])

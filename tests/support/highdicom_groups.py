"""The measurement group of a disc as highdicom makes it: what `outputs.dicom.groups` writes, byte for byte."""

from collections.abc import Iterator

from highdicom.sr import (
    AlgorithmIdentification,
    FindingSite,
    GraphicTypeValues,
    ImageRegion,
    Measurement,
    PlanarROIMeasurementsAndQualitativeEvaluations,
    QualitativeEvaluation,
    RelationshipTypeValues,
    SourceImageForRegion,
    TextContentItem,
    TrackingIdentifier,
)
from pydicom.filebase import DicomBytesIO
from pydicom.filewriter import write_sequence_item

import discgrade
from discgrade.grading.bundle.facts import BundleFacts
from discgrade.grading.discs import GradedDisc, Source
from discgrade.grading.outputs.dicom import codes, headers
from discgrade.grading.outputs.dicom.groups import NOTICE, outline, tracking_uid

_DIGITS = 6


def encoded_group(disc: GradedDisc, source: Source, facts: BundleFacts) -> bytes:
    """Return the group of a disc as pydicom writes what highdicom makes."""
    buffer = DicomBytesIO()
    buffer.is_little_endian, buffer.is_implicit_VR = True, False
    write_sequence_item(buffer, planar_group(disc, source, facts)[0], ["utf-8"])
    return buffer.getvalue()


def _comment(note: str) -> TextContentItem:
    return TextContentItem(codes.COMMENT, note, RelationshipTypeValues.CONTAINS)


def planar_group(
    disc: GradedDisc, source: Source, facts: BundleFacts
) -> PlanarROIMeasurementsAndQualitativeEvaluations:
    """Return the group of a disc as highdicom makes it."""
    place = disc.place
    image = SourceImageForRegion(
        headers.text(source.header, "SOPClassUID"),
        place.sop_instance_uid,
        headers.frame_numbers(source, place.frame),
    )
    group = PlanarROIMeasurementsAndQualitativeEvaluations(
        tracking_identifier=TrackingIdentifier(tracking_uid(disc), f"Disc {place.level}"),
        referenced_region=ImageRegion(GraphicTypeValues.POLYLINE, outline(place.box, source.slice.pixels.shape), image),
        finding_type=codes.DEGENERATION,
        finding_sites=[FindingSite(codes.disc(place.level))],
        algorithm_id=_algorithm(facts, disc.bundle),
        measurements=list(_measurements(disc)),
        qualitative_evaluations=list(_evaluations(disc)),
    )
    group[0].ContentSequence.extend(_comment(flag.reason) for flag in disc.flags)
    return group


def _algorithm(facts: BundleFacts, digest: str) -> AlgorithmIdentification:
    coverage = facts.calibration and f"coverage of the prediction set: {facts.calibration.coverage:g}"
    parameters = [f"bundle: {facts.name}", f"sha256 of bundle.json: {digest}", coverage or "", NOTICE]
    return AlgorithmIdentification(
        f"{headers.MAKER}: Pfirrmann grade", discgrade.__version__, [one for one in parameters if one]
    )


def _measurements(disc: GradedDisc) -> Iterator[Measurement]:
    yield Measurement(codes.EXPECTED, round(disc.continuous, _DIGITS), codes.ONE)
    if disc.fractional is not None:
        yield Measurement(codes.FRACTIONAL, round(disc.fractional, _DIGITS), codes.ONE)
    for number, probability in enumerate(disc.probabilities or (), 1):
        yield Measurement(codes.probability(number), round(probability, _DIGITS), codes.ONE)


def _evaluations(disc: GradedDisc) -> Iterator[QualitativeEvaluation]:
    yield QualitativeEvaluation(codes.PFIRRMANN, codes.grade(disc.grade))
    for number in disc.set:
        yield QualitativeEvaluation(codes.IN_SET, codes.grade(number))
    for flag in disc.flags:
        yield QualitativeEvaluation(codes.REVIEW, codes.private(flag.kind.upper(), flag.kind))

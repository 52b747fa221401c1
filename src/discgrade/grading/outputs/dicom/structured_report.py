"""A study's grades as a DICOM structured report: TID 1500, one measurement group a disc (TID 1410).

A group holds the region as a closed polyline on its image, the disc by SNOMED CT, the grade as a coded evaluation, the
grades of the prediction set, the probability of each grade, the reasons to look at it, and what graded it.
"""

from collections.abc import Iterator

import numpy as np
from highdicom.sr import (
    AlgorithmIdentification,
    CodedConcept,
    ComprehensiveSR,
    DeviceObserverIdentifyingAttributes,
    FindingSite,
    GraphicTypeValues,
    ImageRegion,
    Measurement,
    MeasurementReport,
    ObservationContext,
    ObserverContext,
    PlanarROIMeasurementsAndQualitativeEvaluations,
    QualitativeEvaluation,
    RelationshipTypeValues,
    SourceImageForRegion,
    TextContentItem,
    TrackingIdentifier,
)
from numpy.typing import NDArray
from pydicom.dataset import Dataset

import discgrade
from discgrade.grading.bundle.facts import BundleFacts
from discgrade.grading.discs import GradedDisc, GradedStudy, Source, Sources
from discgrade.grading.outputs.dicom import codes, headers
from discgrade.imaging.box import Box
from discgrade.keyed import uid

SERIES_NUMBER = 9001
NOTICE = "For research only. Not a medical device."

_DEVICE = CodedConcept("121007", "DCM", "Device")
_DIGITS = 6


def report(study: GradedStudy, sources: Sources, facts: BundleFacts) -> Dataset:
    """Return a study's report, to be stored; `highdicom.sr.srread` reads it.

    Args:
        study: At least one graded disc.
        sources: The slices of its discs.
        facts: Of the bundle that graded it.
    """
    images = {place: headers.about(source.header) for place, source in sources.items()}
    evidence = list({image.SOPInstanceUID: image for image in images.values()}.values())
    header = headers.first(study, sources).header
    when = headers.moment(header)
    content = _content(study, sources, facts, evidence)[0]
    # highdicom copies what it is given and searches it for images; that takes longer than all else. It is given the
    # beginning, and the images by `evidence`.
    whole = content.ContentSequence
    content.ContentSequence = whole[:1]
    made = ComprehensiveSR(
        evidence=evidence,
        content=content,
        series_instance_uid=headers.derived_uid(study, "report series"),
        series_number=SERIES_NUMBER,
        sop_instance_uid=headers.derived_uid(study, "report", repr(study.discs)),
        instance_number=1,
        manufacturer=headers.MAKER,
        manufacturer_model_name=headers.MAKER,
        software_versions=discgrade.__version__,
        device_serial_number=study.discs[0].bundle,
        series_description="Pfirrmann grades (research only)",
        content_date=when.date,
        content_time=when.time,
        coding_schemes=[codes.scheme()],
        specific_character_set=headers.CHARACTERS,
        is_complete=True,
    )
    made.ContentSequence = whole
    headers.name(made, header)
    headers.settle(made)
    return made


def _content(study: GradedStudy, sources: Sources, facts: BundleFacts, evidence: list[Dataset]) -> MeasurementReport:
    content = MeasurementReport(
        observation_context=_observer(facts, study.discs[0].bundle),
        procedure_reported=codes.SPINE_MRI,
        imaging_measurements=[_group(disc, sources[disc.place.image], facts) for disc in study.discs],
        referenced_images=evidence,
    )
    notes = (NOTICE, facts.intended_use, *facts.limits, *study.left_out)
    content[0].ContentSequence.extend(_comment(note) for note in filter(None, notes))
    return content


def _comment(note: str) -> TextContentItem:
    return TextContentItem(codes.COMMENT, note, RelationshipTypeValues.CONTAINS)


def _observer(facts: BundleFacts, digest: str) -> ObservationContext:
    device = DeviceObserverIdentifyingAttributes(
        uid=uid("bundle", digest),
        name=headers.MAKER,
        manufacturer_name=headers.MAKER,
        model_name=facts.name,
        serial_number=digest,
    )
    return ObservationContext(observer_device_context=ObserverContext(_DEVICE, device))


def _group(disc: GradedDisc, source: Source, facts: BundleFacts) -> PlanarROIMeasurementsAndQualitativeEvaluations:
    place = disc.place
    image = SourceImageForRegion(
        headers.text(source.header, "SOPClassUID"),
        place.sop_instance_uid,
        headers.frame_numbers(source, place.frame),
    )
    group = PlanarROIMeasurementsAndQualitativeEvaluations(
        tracking_identifier=TrackingIdentifier(_tracking_uid(disc), f"Disc {place.level}"),
        referenced_region=ImageRegion(GraphicTypeValues.POLYLINE, outline(place.box, source.slice.pixels.shape), image),
        finding_type=codes.DEGENERATION,
        finding_sites=[FindingSite(codes.disc(place.level))],
        algorithm_id=_algorithm(facts, disc.bundle),
        measurements=list(_measurements(disc)),
        qualitative_evaluations=list(_evaluations(disc)),
    )
    group[0].ContentSequence.extend(_comment(flag.reason) for flag in disc.flags)
    return group


def _tracking_uid(disc: GradedDisc) -> str:
    place = disc.place
    return uid("disc", place.study_uid, place.sop_instance_uid, place.frame, place.level, repr(place.box))


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

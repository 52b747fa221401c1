"""A study's grades as a DICOM structured report: TID 1500, one measurement group a disc (`groups`)."""

from collections.abc import Iterable, Iterator
from functools import cache, lru_cache
from io import BytesIO

from highdicom.sr import (
    CodedConcept,
    ComprehensiveSR,
    DeviceObserverIdentifyingAttributes,
    MeasurementReport,
    MeasurementsAndQualitativeEvaluations,
    ObservationContext,
    ObserverContext,
    TrackingIdentifier,
)
from pydicom.dataset import Dataset
from pydicom.filebase import DicomBytesIO
from pydicom.filewriter import write_sequence_item

import discgrade
from discgrade.grading.bundle.facts import BundleFacts
from discgrade.grading.discs import GradedStudy, Sources
from discgrade.grading.outputs.dicom import codes, headers
from discgrade.grading.outputs.dicom.encoded import content, element, sequence, text
from discgrade.grading.outputs.dicom.groups import NOTICE, group
from discgrade.keyed import uid

SERIES_NUMBER = 9001

_DEVICE = CodedConcept("121007", "DCM", "Device")
_CONTENT = 0x0040A730


def report(study: GradedStudy, sources: Sources, facts: BundleFacts) -> bytes:
    """Return the file of a study's report; `highdicom.sr.srread` reads it.

    Args:
        study: At least one graded disc.
        sources: The slices of its discs.
        facts: Of the bundle that graded it.
    """
    images = {place: headers.about(source.header) for place, source in sources.items()}
    evidence = list({image.SOPInstanceUID: image for image in images.values()}.values())
    header = headers.first(study, sources).header
    when = headers.moment(header)
    beginning = _content(study, facts, evidence)[0]
    # highdicom copies what it is given and searches it for images; that takes longer than all else. It is given the
    # beginning, and the images by `evidence`.
    whole = beginning.ContentSequence
    beginning.ContentSequence = whole[:1]
    made = ComprehensiveSR(
        evidence=evidence,
        content=beginning,
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
    headers.name(made, header)
    headers.settle(made)
    del made.ContentSequence  # the last element of a report
    buffer = BytesIO()
    made.save_as(buffer)
    return buffer.getvalue() + sequence(_CONTENT, _items(whole, study, sources, facts))


def _items(beginning: Iterable[Dataset], study: GradedStudy, sources: Sources, facts: BundleFacts) -> Iterator[bytes]:
    """Yield the items of a report: context and images, the discs' groups in the place of the stand-in, and notes."""
    *context, measurements = beginning
    yield from map(_encoded, context)
    groups = (group(disc, sources[disc.place.image], facts) for disc in study.discs)
    head = element(0x0040A050, "CS", b"CONTINUOUS")
    yield content("CONTAINS", "CONTAINER", measurements.name, head, sequence(_CONTENT, groups))
    notes = (NOTICE, facts.intended_use, *facts.limits, *study.left_out)
    yield from (text("CONTAINS", codes.COMMENT, note) for note in notes if note)


def _encoded(one: Dataset) -> bytes:
    buffer = DicomBytesIO()
    buffer.is_little_endian, buffer.is_implicit_VR = True, False
    write_sequence_item(buffer, one, ["utf-8"])
    return buffer.getvalue()


def _content(study: GradedStudy, facts: BundleFacts, evidence: list[Dataset]) -> MeasurementReport:
    return MeasurementReport(
        observation_context=_observer(facts.name, study.discs[0].bundle),
        procedure_reported=codes.SPINE_MRI,
        imaging_measurements=[_stand_in()],
        referenced_images=evidence,
    )


@cache
def _stand_in() -> MeasurementsAndQualitativeEvaluations:
    """Return a group in whose place the encoded ones are put: highdicom makes no report without any."""
    return MeasurementsAndQualitativeEvaluations(TrackingIdentifier(uid("stand-in"), "stands in"))


@lru_cache(4)
def _observer(name: str, digest: str) -> ObservationContext:
    device = DeviceObserverIdentifyingAttributes(
        uid=uid("bundle", digest),
        name=headers.MAKER,
        manufacturer_name=headers.MAKER,
        model_name=name,
        serial_number=digest,
    )
    return ObservationContext(observer_device_context=ObserverContext(_DEVICE, device))

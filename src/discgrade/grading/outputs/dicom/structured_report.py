"""A study's grades as a DICOM structured report: TID 1500, one measurement group a disc (`groups`)."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

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
from pydicom.sr.coding import Code

import discgrade
from discgrade.grading.bundle.facts import BundleFacts
from discgrade.grading.discs import GradedStudy, Sources
from discgrade.grading.outputs.dicom import codes, headers
from discgrade.grading.outputs.dicom.encoded import content, element, sequence, text
from discgrade.grading.outputs.dicom.files import Mould, elements, encoded_item, file_of, mould
from discgrade.grading.outputs.dicom.groups import NOTICE, group
from discgrade.grading.outputs.dicom.library import evidence, library
from discgrade.keyed import uid

SERIES_NUMBER = 9001

_DEVICE = Code("121007", "DCM", "Device")
_MEASUREMENTS = Code("126010", "DCM", "Imaging Measurements")
_EVIDENCE, _CONTENT = 0x0040A375, 0x0040A730


def report(study: GradedStudy, sources: Sources, facts: BundleFacts) -> bytes:
    """Return the file of a study's report; `highdicom.sr.srread` reads it.

    Args:
        study: At least one graded disc.
        sources: The slices of its discs.
        facts: Of the bundle that graded it.
    """
    described = {instance: source.header for (instance, _), source in sources.items()}
    known = {instance: headers.about(header) for instance, header in described.items()}
    images = list(known.values())
    shared = _shared(images[0].SOPClassUID, facts.name, study.discs[0].bundle)
    own = elements(_own(study, sources, known[study.discs[0].place.sop_instance_uid]))
    own[_EVIDENCE] = evidence(images)
    own[_CONTENT] = sequence(_CONTENT, _items(shared.context, images, study, sources, facts))
    return file_of(shared.mould, headers.derived_uid(study, "report", repr(study.discs)), own)


def _own(study: GradedStudy, sources: Sources, image: Dataset) -> Dataset:
    """Return what the header of a report does not share with those of other studies."""
    header = headers.first(study, sources).header
    when = headers.moment(header)
    made = Dataset()
    made.StudyInstanceUID, made.SeriesInstanceUID = image.StudyInstanceUID, headers.derived_uid(study, "report series")
    made.StudyDate, made.StudyTime = image.StudyDate, image.StudyTime
    made.ContentDate, made.ContentTime = when.date, when.time
    headers.name(made, header, image)
    return made


def _items(
    context: Iterable[bytes], images: Sequence[Dataset], study: GradedStudy, sources: Sources, facts: BundleFacts
) -> Iterator[bytes]:
    """Yield the items of a report: context, images, the discs' groups, and notes."""
    yield from context
    yield library(images, lambda sop_class: _shared(sop_class, facts.name, study.discs[0].bundle).modality)
    groups = (group(disc, sources[disc.place.image], facts) for disc in study.discs)
    head = element(0x0040A050, "CS", b"CONTINUOUS")
    yield content("CONTAINS", "CONTAINER", _MEASUREMENTS, head, sequence(_CONTENT, groups))
    notes = (NOTICE, facts.intended_use, *facts.limits, *study.left_out, *study.notes)
    yield from (text("CONTAINS", codes.COMMENT, note) for note in notes if note)


@dataclass(frozen=True)
class _Shared:
    """What reports share that one bundle makes of images of one class.

    Attributes:
        mould: Their header.
        context: Their items before the library of images.
        modality: That of the images.
    """

    mould: Mould
    context: tuple[bytes, ...]
    modality: Code


@lru_cache(16)
def _shared(sop_class: str, name: str, digest: str) -> _Shared:
    """Let highdicom make a report of an image that stands in for all of its class.

    Raises:
        LookupError, ValueError: if reports cannot be about such images.
    """
    image = _stand_in(sop_class)
    beginning = _beginning(name, digest, image)
    *context, found, _ = beginning.ContentSequence
    encoded = tuple(map(encoded_item, context))
    made = ComprehensiveSR(
        evidence=[image],
        content=beginning,
        series_instance_uid=uid("stand-in"),
        series_number=SERIES_NUMBER,
        sop_instance_uid=uid("stand-in"),
        instance_number=1,
        manufacturer=headers.MAKER,
        manufacturer_model_name=headers.MAKER,
        software_versions=discgrade.__version__,
        device_serial_number=digest,
        series_description="Pfirrmann grades (research only)",
        content_date=headers.NO_DATE,
        content_time="000000",
        coding_schemes=[codes.scheme()],
        specific_character_set=headers.CHARACTERS,
        is_complete=True,
    )
    headers.settle(made)
    said = found.ContentSequence[0].ContentSequence[0].ContentSequence[0].value
    modality = Code(said.value, said.scheme_designator, said.meaning)
    return _Shared(mould(made), encoded, modality)


def _stand_in(sop_class: str) -> Dataset:
    header = Dataset()
    header.SOPClassUID, header.Rows, header.Columns = sop_class, 1, 1
    header.SOPInstanceUID = header.SeriesInstanceUID = header.StudyInstanceUID = uid("stand-in")
    return headers.about(header)


def _beginning(name: str, digest: str, image: Dataset) -> Dataset:
    measured = MeasurementsAndQualitativeEvaluations(TrackingIdentifier(uid("stand-in"), "stands in"))
    whole = MeasurementReport(
        observation_context=_observer(name, digest),
        procedure_reported=codes.SPINE_MRI,
        imaging_measurements=[measured],
        referenced_images=[image],
    )
    return whole[0]


def _observer(name: str, digest: str) -> ObservationContext:
    device = DeviceObserverIdentifyingAttributes(
        uid=uid("bundle", digest),
        name=headers.MAKER,
        manufacturer_name=headers.MAKER,
        model_name=name,
        serial_number=digest,
    )
    return ObservationContext(observer_device_context=ObserverContext(CodedConcept(*_DEVICE[:3]), device))

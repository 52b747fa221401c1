"""A study's report and drawn slices as highdicom makes them: what `outputs.dicom` writes, byte for byte."""

from io import BytesIO

from highdicom.sc import SCImage
from highdicom.sr import (
    CodedConcept,
    ComprehensiveSR,
    DeviceObserverIdentifyingAttributes,
    MeasurementReport,
    ObservationContext,
    ObserverContext,
    RelationshipTypeValues,
    TextContentItem,
)
from highdicom_groups import planar_group
from pydicom.dataset import Dataset

import discgrade
from discgrade.grading.bundle.facts import BundleFacts
from discgrade.grading.discs import GradedStudy, Source, Sources
from discgrade.grading.outputs.dicom import codes, headers, overlay, structured_report
from discgrade.grading.outputs.dicom.groups import NOTICE
from discgrade.grading.outputs.pages.pictures import shown
from discgrade.imaging.upright import Letters
from discgrade.keyed import uid


def encoded_report(study: GradedStudy, sources: Sources, facts: BundleFacts) -> bytes:
    """Return the report of a study as pydicom writes what highdicom makes."""
    images = [headers.about(source.header) for source in sources.values()]
    evidence = list({image.SOPInstanceUID: image for image in images}.values())
    header = headers.first(study, sources).header
    when = headers.moment(header)
    made = ComprehensiveSR(
        evidence=evidence,
        content=_content(study, sources, facts, evidence),
        series_instance_uid=headers.derived_uid(study, "report series"),
        series_number=structured_report.SERIES_NUMBER,
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
    headers.name(made, header, headers.about(header))
    headers.settle(made)
    return _stored(made)


def _content(study: GradedStudy, sources: Sources, facts: BundleFacts, evidence: list[Dataset]) -> Dataset:
    bundle = study.discs[0].bundle
    device = DeviceObserverIdentifyingAttributes(
        uid=uid("bundle", bundle),
        name=headers.MAKER,
        manufacturer_name=headers.MAKER,
        model_name=facts.name,
        serial_number=bundle,
    )
    observer = ObserverContext(CodedConcept("121007", "DCM", "Device"), device)
    content = MeasurementReport(
        observation_context=ObservationContext(observer_device_context=observer),
        procedure_reported=codes.SPINE_MRI,
        imaging_measurements=[planar_group(disc, sources[disc.place.image], facts) for disc in study.discs],
        referenced_images=evidence,
    )[0]
    notes = (NOTICE, facts.intended_use, *facts.limits, *study.left_out, *study.notes)
    content.ContentSequence.extend(
        TextContentItem(codes.COMMENT, note, RelationshipTypeValues.CONTAINS) for note in notes if note
    )
    return content


def encoded_overlays(study: GradedStudy, sources: Sources) -> list[bytes]:
    """Return the drawn slices of a study as pydicom writes what highdicom makes."""
    places = list(dict.fromkeys(disc.place.image for disc in study.discs))
    return [_overlay(study, place, sources[place], number) for number, place in enumerate(places, 1)]


def _overlay(study: GradedStudy, place: tuple[str, int], source: Source, number: int) -> bytes:
    image = shown(source.slice)
    pixels = overlay.drawn(image, [disc for disc in study.discs if disc.place.image == place])
    scale = pixels.shape[0] / image.grey.shape[0]
    when, whose = headers.moment(source.header), headers.about(source.header)
    made = SCImage(
        pixel_array=pixels,
        photometric_interpretation="RGB",
        bits_allocated=8,
        coordinate_system="PATIENT",
        study_instance_uid=whose.StudyInstanceUID,
        series_instance_uid=headers.derived_uid(study, "overlay series"),
        series_number=overlay.SERIES_NUMBER,
        sop_instance_uid=headers.derived_uid(study, "overlay", *place, repr(study.discs)),
        instance_number=number,
        manufacturer=headers.MAKER,
        manufacturer_model_name=headers.MAKER,
        software_versions=discgrade.__version__,
        patient_orientation=("P", "F"),
        pixel_spacing=None if image.spacing is None else (image.spacing / scale,) * 2,
        series_description="Pfirrmann grades drawn (research only)",
        specific_character_set=headers.CHARACTERS,
        study_date=whose.StudyDate,
        study_time=whose.StudyTime,
    )
    headers.name(made, source.header, whose)
    _describe(made, source, place[1], image.letters, when)
    headers.settle(made)
    return _stored(made)


def _describe(made: Dataset, source: Source, frame: int, sides: Letters, when: headers.Moment) -> None:
    """Say which image it was drawn on, and when that was."""
    made.PatientOrientation = [sides.right, sides.bottom] if sides.right and sides.bottom else None
    made.DateOfSecondaryCapture, made.TimeOfSecondaryCapture = when.date, when.time
    made.ContentDate, made.ContentTime = when.date, when.time
    made.BodyPartExamined, made.BurnedInAnnotation = "LSPINE", "NO"
    made.DerivationDescription = f"Boxes and Pfirrmann grades drawn. {overlay.NOTICE}"
    origin = Dataset()
    origin.ReferencedSOPClassUID = headers.text(source.header, "SOPClassUID")
    origin.ReferencedSOPInstanceUID = headers.text(source.header, "SOPInstanceUID")
    frames = headers.frame_numbers(source, frame)
    if frames:
        origin.ReferencedFrameNumber = frames
    made.SourceImageSequence = [origin]


def _stored(made: Dataset) -> bytes:
    buffer = BytesIO()
    made.save_as(buffer)
    return buffer.getvalue()

"""A study's report: valid DICOM, as two other programs read it, and the same bytes each time."""

import warnings
from copy import deepcopy
from dataclasses import replace
from io import BytesIO

import numpy as np
import pydicom
import pytest
from highdicom.sr import ComprehensiveSR, srread
from highdicom_groups import encoded_group
from highdicom_objects import encoded_report
from pydicom.uid import ComprehensiveSRStorage

from discgrade.grading.discs import Flag
from discgrade.grading.outputs.dicom import headers, structured_report
from discgrade.grading.outputs.dicom.groups import group, outline
from discgrade.imaging.box import Box


def report(*given):
    """Return a report as it is read."""
    return pydicom.dcmread(BytesIO(structured_report.report(*given)))


def stored(made):
    buffer = BytesIO()
    made.save_as(buffer)
    return buffer.getvalue()


@pytest.fixture(params=["study", "multiframe"])
def graded(request):
    """A study of classic images, and of frames of one image."""
    return request.getfixturevalue(request.param)


def test_the_standard_finds_no_error(graded, facts, checked):
    assert checked(report(*graded, facts)) == []


def test_another_reader_prints_each_disc_with_its_grade(graded, facts, dumped):
    text = dumped(report(*graded, facts))
    for disc in graded[0].discs:
        roman = ("I", "II", "III", "IV", "V")[disc.grade - 1]
        group = text.split(f'"Tracking Identifier")="Disc {disc.place.level}"')[1].split('"Measurement Group"')[0]
        assert f'"Pfirrmann grade")=(GRADE{disc.grade},99DISCGRADE,"Pfirrmann grade {roman}")' in group
        assert '"Finding Site")=' in group and f'SCT,"{disc.place.level} disc")' in group
        assert all(flag.reason in group for flag in disc.flags)
    assert "Not a medical device" in text


def test_a_group_is_byte_for_byte_what_highdicom_makes(graded, facts):
    study, sources = graded
    rare = replace(study.discs[0], fractional=None, probabilities=(1e-06, 0.0, 1.0, 0.333333, 2e-07), set=(1, 2, 3))
    long = replace(study.discs[0], flags=(Flag("members_disagree", "Größer als 1: κ"), Flag("wide_set", "odd")))
    for disc in (*study.discs, rare, long, replace(rare, probabilities=None, set=())):
        source = sources[disc.place.image]
        assert group(disc, source, facts) == encoded_group(disc, source, facts)


def test_a_file_is_byte_for_byte_what_highdicom_makes(graded, facts):
    assert structured_report.report(*graded, facts) == encoded_report(*graded, facts)


@pytest.mark.parametrize("seconds", ["", "121632.597856", "235960"])
def test_so_is_that_of_a_poor_header(study, facts, seconds):
    graded, sources = study
    bare = {place: replace(source, header=poor(source.header)) for place, source in sources.items()}
    for source in bare.values():
        source.header.StudyDate, source.header.StudyTime = "20120117", seconds
        source.header.PatientName, source.header.PatientIdentityRemoved = "Őrsi^Boglárka=", "YES"
    assert structured_report.report(graded, bare, facts) == encoded_report(graded, bare, facts)


def test_there_is_no_report_of_what_is_no_image(study, facts):
    graded, sources = study
    changed = {place: replace(source, header=deepcopy(source.header)) for place, source in sources.items()}
    for source in changed.values():
        source.header.SOPClassUID = ComprehensiveSRStorage
    with pytest.raises((LookupError, ValueError)):
        structured_report.report(graded, changed, facts)


def test_highdicom_reads_back_what_was_written(graded, facts, tmp_path):
    study, sources = graded
    report(study, sources, facts).save_as(tmp_path / "report.dcm")
    read = srread(tmp_path / "report.dcm")
    assert isinstance(read, ComprehensiveSR)
    groups = read.content.get_planar_roi_measurement_groups()
    assert len(groups) == len(study.discs)
    for read_group, disc in zip(groups, study.discs, strict=True):
        measured = {one.name.meaning: one.value for one in read_group.get_measurements()}
        values = [measured[f"Probability of Pfirrmann grade {roman}"] for roman in ("I", "II", "III", "IV", "V")]
        assert values == pytest.approx(disc.probabilities, abs=1e-6)
        assert measured["Expected Pfirrmann grade"] == pytest.approx(disc.continuous, abs=1e-6)
        said = [(one.name.meaning, one.value.value) for one in read_group.get_qualitative_evaluations()]
        assert [value for name, value in said if "set" in name] == [f"GRADE{number}" for number in disc.set]
        corners, box = read_group.roi.value, disc.place.box
        assert np.allclose(corners.min(axis=0), [box.x, box.y], atol=1e-3)
        assert np.allclose(corners.max(axis=0), [box.x + box.width, box.y + box.height], atol=1e-3)


def test_a_frame_is_named_where_there_are_several(multiframe, facts):
    study, sources = multiframe
    made = ComprehensiveSR.from_dataset(report(study, sources, facts))
    groups = made.content.get_planar_roi_measurement_groups()
    named = [group.roi.ContentSequence[0].referenced_frame_numbers for group in groups]
    assert named == [[disc.place.frame] for disc in study.discs]


def test_every_image_is_among_the_evidence(graded, facts):
    study, sources = graded
    named = ComprehensiveSR.from_dataset(report(study, sources, facts)).get_evidence()
    images = {(study.study_uid, disc.place.series_uid, disc.place.sop_instance_uid) for disc in study.discs}
    assert {tuple(map(str, one[:3])) for one in named} == images


def test_the_same_discs_make_the_same_bytes(study, facts):
    assert stored(report(*study, facts)) == stored(report(*study, facts))


def test_another_grade_makes_another_report(study, facts):
    graded, sources = study
    other = replace(graded, discs=(replace(graded.discs[0], continuous=1.25), *graded.discs[1:]))
    assert report(graded, sources, facts).SOPInstanceUID != report(other, sources, facts).SOPInstanceUID


def test_it_belongs_to_the_patient_and_the_study_of_the_images(study, facts):
    made, header = report(*study, facts), headers.first(*study).header
    for keyword in ("PatientName", "PatientID", "PatientBirthDate", "StudyInstanceUID", "StudyDate"):
        assert str(made.get(keyword)) == str(header.get(keyword))
    assert str(made.ContentDate) == str(header.StudyDate)
    assert made.SeriesInstanceUID != header.SeriesInstanceUID


def test_what_else_a_header_says_of_a_person_stays_there(study, facts):
    made = report(*study, facts)
    assert not {"PatientAddress", "PatientComments", "PatientTelephoneNumbers", "OperatorsName"} & set(made.dir())


def test_a_header_with_little_in_it_still_gives_a_valid_report(study, facts, checked, recwarn):
    graded, sources = study
    bare = {place: replace(source, header=poor(source.header)) for place, source in sources.items()}
    made = report(graded, bare, facts)
    assert checked(made) == []
    assert made.PatientName == "Nameless"
    assert str(made.ContentDate) == headers.NO_DATE
    assert [str(one.message) for one in recwarn if "Nameless" in str(one.message)] == []


def poor(header):
    """Return a header as an old converter leaves it: broken dates, a name without parts, no geometry."""
    made = headers.Dataset()
    for keyword in ("SOPClassUID", "SOPInstanceUID", "SeriesInstanceUID", "StudyInstanceUID", "Rows", "Columns"):
        setattr(made, keyword, header[keyword].value)
    made.PatientName, made.PatientSex = "Nameless", "W"
    return made


def test_removed_identity_is_said_again(study, facts):
    graded, sources = study
    changed = {}
    for place, source in sources.items():
        header = deepcopy(source.header)
        header.PatientIdentityRemoved, header.DeidentificationMethod = "YES", "discgrade"
        changed[place] = replace(source, header=header)
    made = report(graded, changed, facts)
    assert (made.PatientIdentityRemoved, made.DeidentificationMethod) == ("YES", "discgrade")


def test_long_values_are_cut_to_what_the_standard_holds(study, facts, checked):
    graded, sources = study
    changed = {place: replace(source, header=deepcopy(source.header)) for place, source in sources.items()}
    for source in changed.values():
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            source.header.StudyID, source.header.PatientID = "7" * 40, "8" * 90
        source.header.PatientIdentityRemoved, source.header.NumberOfFrames = "YES", 1
    assert checked(report(graded, changed, facts)) == []


def test_a_box_beyond_the_edge_ends_there():
    assert outline(Box(-4, 2, 10, 30), (20, 30)).tolist() == [[0, 2], [6, 2], [6, 20], [0, 20], [0, 2]]

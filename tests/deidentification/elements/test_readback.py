"""What was written is read back; one of the patient's identifiers in it rejects the file."""

import pytest
from mr_files import mr_image, read, settings, written
from pydicom.dataset import Dataset
from pydicom.sequence import Sequence

from discgrade.deidentification.elements import raw, readback
from discgrade.deidentification.files import cleaning
from discgrade.deidentification.files.contents import RejectedError
from discgrade.deidentification.identity.identifiers import PatientIdentifiers, identifiers_in


def found_in(**attributes: object) -> set[str]:
    return identifiers_in(raw.item(read(written(mr_image(**attributes)))))


def test_names_of_patient_and_staff_are_known_in_parts():
    assert {"kovács", "ilona", "horváth", "béla"} <= found_in()
    request = Dataset()
    request.RequestingPhysician = "Szabó^Katalin"
    assert {"szabó", "katalin"} <= found_in(ReferencedStudySequence=Sequence([request]))


def test_identifiers_addresses_and_phone_numbers_are_known():
    values = found_in(
        PatientTelephoneNumbers="+36 (1) 234-5678", PatientAddress="12 Fő utca", OtherPatientIDs=["A77", "B88"]
    )
    assert {"004711-k", "acc8812345", "szent imre kórház", "3612345678", "12 fő utca", "a77", "b88"} <= values


def test_a_birth_date_is_known_in_several_forms():
    assert {"19650312", "12.03.1965", "1965-03-12", "03/12/1965", "12031965"} <= found_in()


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("t2 of kovács ilona", True),
        ("KOVÁCS", True),
        ("takovácsy", True),
        ("0.68470012345", False),
        ("id 8470012345.", False),
        ("id 8470012345 ", True),
        ("x12345y", False),
        ("li", False),
    ],
)
def test_values_are_searched(text, found):
    assert PatientIdentifiers(frozenset({"kovács", "8470012345", "12345", "li"})).within(text) is found


def test_short_values_are_compared_with_whole_values():
    values = PatientIdentifiers(frozenset({"li", "77"}))
    assert values.equals("Li ")
    assert values.equals("77")
    assert not values.equals("slice")


def test_an_allowed_word_that_is_the_patients_name_rejects_nothing_and_goes():
    image = mr_image(PatientName="Spine^Vida", SeriesDescription="t2 spine sag", ManufacturerModelName="MAGNETOM Vida")
    result = read(cleaning.deidentify_file(written(image), settings(), {}).content)
    assert result.SeriesDescription == "t2 sag"
    assert "ManufacturerModelName" not in result


@pytest.mark.parametrize(
    "name", ["Head^Anna", "Primary^Other", "Li^M", "Basic^Profile", "Bead^Fade", "True^Ge", "Us^Ns"]
)
def test_a_name_that_is_a_term_loses_no_image(name):
    image = mr_image(PatientName=name, PatientID="1", BodyPartExamined="HEAD")
    assert read(cleaning.deidentify_file(written(image), settings(), {}).content).Rows == 16


@pytest.mark.parametrize("identifier", ["4711", "47110", "004711"])
@pytest.mark.parametrize(
    ("keyword", "value"),
    [
        ("SeriesNumber", "{}"),
        ("AcquisitionNumber", "{}"),
        ("InstanceNumber", "+{}"),
        ("TemporalPositionIdentifier", "{}"),
        ("EchoNumbers", ["1", "{}"]),
        ("SliceLocation", "{}.0"),
        ("ImagePositionPatient", ["0.0", "-{}", "132.0"]),
        ("NumberOfAverages", "{}"),
        ("SequenceName", "*tse2d1_{}"),
        ("SoftwareVersions", "syngo MR B17\\{}"),
    ],
)
def test_an_id_of_four_or_five_digits_goes_from_where_it_is_a_whole_value(keyword, value, identifier):
    with_id = [one.format(identifier) for one in value] if isinstance(value, list) else value.format(identifier)
    image = mr_image(PatientID=identifier, **{keyword: with_id})
    result = read(cleaning.deidentify_file(written(image), settings(), {}).content)
    assert result.get(keyword) in (None, "")
    assert result.Rows == 16


@pytest.mark.parametrize("matrix", [[0, 384, 4711, 0], [4711, 384, 384, 0], [0, 4711, 0, 0]])
def test_so_it_does_from_binary_numbers(matrix):
    image = mr_image(PatientID="4711", AcquisitionMatrix=matrix)
    assert "AcquisitionMatrix" not in read(cleaning.deidentify_file(written(image), settings(), {}).content)


def test_an_id_of_four_digits_is_no_part_of_a_number():
    image = mr_image(PatientID="4711", SliceLocation="47.11", InstanceNumber="14711", TriggerTime="4711")
    result = read(cleaning.deidentify_file(written(image), settings(), {}).content)
    assert (result.SliceLocation, result.InstanceNumber, result.TriggerTime) == (47.11, 14711, 4711)


def test_an_id_that_is_the_size_of_the_image_loses_no_image():
    image = mr_image(PatientID="1024", Rows=1024, Columns=2, PixelPaddingValue=1024)
    result = read(cleaning.deidentify_file(written(image), settings(), {}).content)
    assert (result.Rows, result.PixelPaddingValue) == (1024, 1024)


@pytest.mark.parametrize("identifier", ["8", "384", "3500", "1500", "0", "150"])
def test_an_id_that_is_a_common_number_loses_no_image_and_no_number(identifier):
    image = mr_image(PatientID=identifier, AccessionNumber=identifier)
    result = read(cleaning.deidentify_file(written(image), settings(), {}).content)
    assert (result.RepetitionTime, result.InstanceNumber, result.WindowWidth, result.FlipAngle) == (3500, 8, 1500, 150)


def test_an_id_typed_into_a_number_goes():
    image = mr_image(PatientID="8470012345", SeriesNumber="0", AcquisitionNumber=None)
    image.add_new(0x00200012, "IS", "2147001234")
    image.AccessionNumber = "2147001234"
    assert "AcquisitionNumber" not in read(cleaning.deidentify_file(written(image), settings(), {}).content)


def test_an_element_that_no_rule_keeps_is_found():
    header = read(cleaning.deidentify_file(written(mr_image()), settings(), {}).content)
    del header.PixelData
    uids = {str(element.value) for element in header if element.VR == "UI"}
    assert not unexpected(header, uids)
    for keyword, value in [
        ("PatientComments", "text"), ("BodyPartExamined", "KOVACS"), ("FrameOfReferenceUID", "1.2.3"),
        ("PatientWeight", "70"), ("StudyTime", "1200"), ("PatientBirthDate", "19650312"), ("CodeValue", "KOVACS"),
    ]:  # fmt: skip
        changed = read(written(header))
        setattr(changed, keyword, value)
        assert unexpected(changed, uids), keyword
    header.add_new(0x00091001, "LO", "private")
    assert unexpected(header, uids)


def unexpected(header: Dataset, uids: set[str]) -> bool:
    return readback.unexpected(raw.item(read(written(header))), settings().options, uids)


@pytest.mark.parametrize("leak", ["ilona", "ACC8812345", "12.03.1965", "of Szent Imre"])
def test_a_fault_of_the_cleaning_rejects_the_file(monkeypatch, leak):
    image = mr_image(InstitutionName="Szent Imre")
    monkeypatch.setattr("discgrade.deidentification.elements.cleaner.Cleaner._description", lambda *_: leak)
    with pytest.raises(RejectedError, match="read-back: one of the patient's own values"):
        cleaning.deidentify_file(written(image), settings(), {})


def test_what_another_file_told_of_the_patient_counts():
    gathered = {}
    cleaning.deidentify_file(written(mr_image()), settings(), gathered)
    anonymous = mr_image(PatientName="", SOPInstanceUID="1.2.3.4", SeriesDescription="t2_ilona", ProtocolName=None)
    careless = settings(words=frozenset({"ilona"}))
    result = read(cleaning.deidentify_file(written(anonymous), careless, gathered).content)
    assert result.SeriesDescription == "t2"


def test_numbers_are_known_in_any_notation_and_short_ones_are_not():
    values = PatientIdentifiers(frozenset({"0090817263", "000012"}))
    assert values.counts("1\\+90817263.0")
    assert values.counts("9081.7263")
    assert not values.counts("12")

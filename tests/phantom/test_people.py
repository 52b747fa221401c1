"""The phantom's invented identities."""

from pydicom.charset import encode_string, python_encoding

from discgrade.phantom.people import HOSPITALS, draw_identity, plain
from discgrade.phantom.population import draw_patient


def test_no_two_patients_share_an_identifier():
    patients = [draw_patient(3, cohort, index) for cohort in ("primary", "supplemental") for index in range(800)]
    identifiers = {draw_identity(patient).patient_id for patient in patients}
    assert len(identifiers) == len(patients)
    assert {len(identifier) for identifier in identifiers} == {8}


def test_every_name_can_be_written_in_its_hospitals_character_set():
    for hospital in HOSPITALS:
        texts = [hospital.name, hospital.street, hospital.town, hospital.spine]
        for text in (*texts, *hospital.streets, *hospital.women, *hospital.men, *hospital.families):
            encoding = python_encoding[hospital.charset]
            assert encode_string(text, [encoding]).decode(encoding) == text


def test_the_supplemental_cohort_comes_from_one_hospital_and_from_2016_to_2018():
    identities = [draw_identity(draw_patient(3, "supplemental", index)) for index in range(50)]
    assert len({identity.hospital.name for identity in identities}) == 1
    assert {identity.study_date.year for identity in identities} == {2016, 2017, 2018}


def test_plain_text_has_no_accents():
    assert plain("Szűcs^Gömöri Dreßler") == "Szucs^Gomori Dressler"

"""Pseudonyms depend on the key and on what they replace, and on nothing else."""

import hashlib
import hmac

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydicom.uid import UID

from discgrade.deidentification.identity import keys
from discgrade.deidentification.identity.pseudonyms import Pseudonyms
from discgrade.imaging.header import normalised, patient_key

KEY = bytes(range(32))


@pytest.fixture
def names() -> Pseudonyms:
    return Pseudonyms(keys.keyed(KEY))


def test_a_uid_is_the_hmac_of_its_domain_and_value(names):
    message = b"\0\0\0\3uid" + b"\0\0\0\7" + b"1.2.3.4"
    digest = hmac.new(KEY, message, hashlib.sha256).digest()
    assert names.uid("1.2.3.4") == f"2.25.{int.from_bytes(digest[:16], 'big')}"


@given(st.text(min_size=1, max_size=64))
def test_every_new_uid_is_valid(text):
    assert UID(Pseudonyms(keys.keyed(KEY)).uid(text)).is_valid


def test_domains_are_separate(names):
    patient = patient_key("1.2.3", "", "")
    values = {names.patient(patient)[1:], names.uid("1.2.3"), names.device("1.2.3")[1:], names.folder("1.2.3").hex()}
    assert len(values) == 4


def test_another_key_gives_other_pseudonyms(names):
    other = Pseudonyms(keys.keyed(bytes(32)))
    patient = patient_key("1", "", "")
    assert names.fingerprint != other.fingerprint
    assert names.patient(patient) != other.patient(patient)


@pytest.mark.parametrize("typed", ["004711-k", " 4711-K", "47 11-K", "4711-K"])
def test_spaces_case_and_leading_zeros_do_not_count(typed):
    assert patient_key(typed, "", "") == patient_key("4711-K", "", "")


def test_zeros_alone_are_an_id():
    assert normalised("000") == "0"


def test_issuers_tell_patients_apart():
    assert patient_key("1", "A", "") != patient_key("1", "B", "")
    assert patient_key("1", "A", "") == patient_key("1", " a", "")


def test_without_an_id_the_study_is_the_patient():
    assert patient_key("", "", "1.2") != patient_key(" ", "", "1.3")
    assert patient_key("", "", "1.2") != patient_key("1.2", "", "")


def test_dates_move_into_the_past_by_up_to_ten_years(names):
    shifts = {names.days(patient_key(str(number), "", "")) for number in range(2000)}
    assert -3653 <= min(shifts) < -3500
    assert -180 < max(shifts) <= -30

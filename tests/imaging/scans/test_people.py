"""Two people under one Patient ID are told apart by what their headers say, and one person is not taken for two."""

import pytest
from scans import header

from discgrade.imaging.scans.people import apart, differences, person

NAMES = ("PatientName", "PatientBirthDate", "PatientSex")


def said(*values):
    return person(header(**dict(zip(NAMES, values, strict=True))))


@pytest.mark.parametrize(
    "other",
    [
        ("MUELLER^ERIKA MARIA", "19500117", "F"),
        ("Erika Müller", "", ""),
        ("", "19500117", "F"),
        ("Muller^Erika^^Dr.=山田^花子", "19000101", "O"),
        (None, None, None),
    ],
)
def test_one_person_written_otherwise_is_one(other):
    assert differences([said("Müller^Erika", "19500117", "F"), said(*other)]) == ()


def test_what_differs_is_named():
    one = said("Müller^Erika", "19500117", "F")
    assert differences([one, said("Müller^Hans", "19500117", "M")]) == ("name", "sex")
    assert differences([one, said("", "19510117", "")]) == ("date of birth",)


def test_studies_are_divided_among_people_and_no_name_is_kept():
    erika, hans, nobody = said("Müller^Erika", "", "F"), said("Müller^Hans", "", "M"), said("", "", "")
    assert list(apart([[erika], [nobody], [hans], [erika], [hans, nobody]])) == [0, 0, 1, 0, 1]
    assert "müller" not in repr(erika).casefold() and "muller" not in repr(erika)

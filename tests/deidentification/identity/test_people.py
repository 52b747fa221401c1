"""IDs that differ in spelling alone are one person's, unless the headers say that they are two people's."""

import itertools

import pytest

from discgrade.deidentification.identity import people
from discgrade.imaging.header import Header
from discgrade.private import RefusedError, make, read_rows

NUMBERS = itertools.count()


def file(patient: str, **changes: str) -> Header:
    number = next(NUMBERS)
    return Header(f"{number}", 1, instance=f"1.2.{number}", study="1.2", patient=patient, **changes)


WOMAN = {"name": "Kov\xe1cs^Ilona", "birth": "19500101", "sex": "F"}
MAN = {"name": "Nagy^B\xe9la", "birth": "19800202", "sex": "M"}


@pytest.mark.parametrize(("one", "other"), [("0123", "123"), ("AB 12", "ab12"), ("\uff11\uff12", "12"), ("7", "007")])
@pytest.mark.parametrize("against", ["name", "birth", "sex"])
def test_ids_of_two_people_are_refused_and_named_in_the_private_folder(tmp_path, one, other, against):
    make(tmp_path)
    with pytest.raises(RefusedError, match=r"1 pair\(s\) of patient IDs differ in spaces, case") as error:
        people.check([file(one, **WOMAN), file(other, **WOMAN | {against: MAN[against]})], tmp_path)
    assert not {one, other, "Ilona"} & set(str(error.value).split())
    ((*ids, _),) = read_rows(tmp_path / people.CONTRADICTIONS)
    assert sorted(ids) == sorted([one, other])


@pytest.mark.parametrize(
    "other",
    [
        WOMAN,
        {"name": "Szab\xf3^Ilona", "birth": "19500101", "sex": "F"},
        {"name": "KOV\xc1CS ILONA", "birth": "", "sex": ""},
        {"name": "", "birth": "19500101", "sex": "F"},
        {},
    ],
)
def test_ids_that_nothing_speaks_against_are_one_persons(tmp_path, other):
    make(tmp_path)
    (tmp_path / people.CONTRADICTIONS).touch()
    people.check([file("0123", **WOMAN), file("123", **other)], tmp_path)
    assert not (tmp_path / people.CONTRADICTIONS).exists()


def test_one_id_of_two_people_is_told_and_named_in_the_private_folder(tmp_path, caplog):
    make(tmp_path)
    people.check([file("123", **WOMAN), file("123", **MAN), file("124", **MAN)], tmp_path)
    assert read_rows(tmp_path / people.CONTRADICTIONS) == [["123", "123", "sex, date of birth"]]
    assert "1 patient IDs have files of two sexes or dates of birth" in caplog.text
    assert "123" not in caplog.text


def test_an_id_of_another_issuer_is_another_patients(tmp_path):
    make(tmp_path)
    people.check([file("0123", issuer="A", **WOMAN), file("123", issuer="B", **MAN)], tmp_path)

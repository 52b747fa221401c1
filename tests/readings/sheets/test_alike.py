"""Which two names may be one person's."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from discgrade.readings.sheets.alike import alike, distance, plain


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("ED", "ed"), ("E.D.", "ED"), ("Dr. Lakatos", "Lakatos"), ("Lakatos", "Lakatso"), ("Szabó", "Szabo"),
        ("Müller", "Mueller"), ("Weiß", "Weiss"), ("Meier, Anna", "Anna Meier"), ("A. Meier", "Anna Meier"),
        ("Meier", "Prof. Dr. A. Meier"), ("ReaderA", "reader a"), ("rater1", "Rater 01"), ("Marten", "Martin"),
    ],
)  # fmt: skip
def test_spellings_of_one_name_are_alike(one, other):
    assert alike(plain(one), plain(other))
    assert alike(plain(other), plain(one))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Reader 1", "Reader 2"), ("R1", "R10"), ("Reader A", "Reader B"), ("ReaderA", "ReaderB"), ("A", "B"),
        ("A. Meier", "B. Meier"), ("Anna Meier", "Bruno Meier"), ("Anna", "Bruno"), ("Nagy", "Nagl"),
        ("Dr. Ilse Brandwein", "Dr. Koloman Tarnay"),
    ],
)  # fmt: skip
def test_different_people_are_not_alike(one, other):
    assert not alike(plain(one), plain(other))


@pytest.mark.parametrize(
    ("text", "name"),
    [
        (" Anna\u00a0 Meier\u200b ", "Anna Meier"),
        ("Szabo\u0301", "Szabó"),
        ("1.0", "1"),
        ("1.05", "1.05"),
        ("A\nB", "AB"),
    ],
)
def test_what_nobody_sees_is_not_part_of_a_name(text, name):
    assert plain(text) == name


@given(st.text("abc", max_size=5), st.text("abc", max_size=5))
def test_distance_is_symmetric_and_none_for_equal_words_alone(one, other):
    assert distance(one, other) == distance(other, one)
    assert (distance(one, other) == 0) == (one == other)


@pytest.mark.parametrize(
    ("one", "other", "steps"), [("ab", "ba", 1), ("abc", "abd", 1), ("abc", "ab", 1), ("kitten", "sitting", 3)]
)
def test_distance_counts_letters(one, other, steps):
    assert distance(one, other) == steps

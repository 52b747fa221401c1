"""Only what the grammar of a value representation allows is kept."""

import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydicom.valuerep import DSfloat

from discgrade.deidentification.elements.values import numbers, parsed_date, shifted, written_numbers


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("3500.0", "3500.0"),
        (" -1.5e-3 ", "-1.5e-3"),
        ("1\\2.5\\.5", "1\\2.5\\.5"),
        ("1\\\\2", "1\\\\2"),
        ("0.70710678118654746", "0.70710678118655"),
        ("12345678901234567", None),
        ("102 KOVACS", None),
        ("1,5", None),
        ("NaN", None),
        ("0x1F", None),
        ("1٢", None),
    ],
)
def test_decimal_strings(text, kept):
    assert written_numbers(text, "DS", (1, None)) == kept


@pytest.mark.parametrize(
    ("text", "kept"), [("8 ", "8"), ("-12", "-12"), ("1234567890123", None), ("8.0", None), ("8a", None)]
)
def test_integer_strings(text, kept):
    assert written_numbers(text, "IS", (1, 1)) == kept


def test_too_many_values_are_not_kept():
    assert written_numbers("1\\2\\3", "DS", (2, 2)) is None
    assert numbers(struct.pack("<2H", 1, 2), "US", (1, 1)) is None
    assert numbers(struct.pack("<4H", 0, 384, 384, 0), "US", (4, 4)) is not None


def test_bytes_that_are_no_whole_numbers_are_not_kept():
    assert numbers(b"abc", "US", (1, None)) is None


@pytest.mark.parametrize(("value", "representation"), [(b"KOVACS", "US"), (b"ILONAKOV", "FD"), (b"JOHN SMITH  ", "UL")])
def test_binary_numbers_that_read_as_text_are_not_kept(value, representation):
    assert numbers(value, representation, (1, None)) is None


@given(st.lists(st.floats(-9.9e6, 9.9e6, width=64), min_size=1, max_size=6))
def test_what_pydicom_writes_as_decimal_strings_is_kept(values):
    text = "\\".join(str(DSfloat(value, auto_format=True)) for value in values)
    assert written_numbers(text, "DS", (1, None)) == text


@given(st.floats(min_value=-1e6, max_value=1e6))
def test_an_overlong_fraction_is_rounded_to_sixteen_characters(value):
    kept = written_numbers(f"{value:.18f}", "DS", (1, 1))
    assert len(kept) <= 16
    assert float(kept) == pytest.approx(value, rel=1e-8, abs=1e-9)


@given(st.text(max_size=12))
def test_no_letter_but_an_exponent_is_ever_kept(text):
    kept = written_numbers(text, "DS", (1, None))
    assert kept is None or set(kept) <= set("0123456789+-.eE\\")


def test_tags_are_kept_if_they_are_known_or_private():
    assert numbers(struct.pack("<HH", 0x0020, 0x9056), "AT", (1, 1)) is not None
    assert numbers(struct.pack("<HH", 0x2005, 0x140F), "AT", (1, 1)) is not None
    assert numbers(b"JOHN", "AT", (1, 1)) is None


def test_dates_move_by_whole_days():
    assert shifted("20200301", -1) == "20200229"
    assert shifted("20200101", -1) == "20191231"


@pytest.mark.parametrize("text", ["2020", "202003", "20200230", "2020.03.01", "KOVACS", ""])
def test_an_incomplete_or_impossible_date_is_not_kept(text):
    assert shifted(text, -10) is None


@pytest.mark.parametrize("text", ["19000101", "00010101", "99991231"])
def test_a_constant_is_never_shifted(text):
    assert shifted(text, -10) == text


@given(st.dates(), st.integers(-3653, -1))
def test_the_days_between_two_dates_stay(day, shift):
    moved = shifted(f"{day:%Y%m%d}".zfill(8), shift)
    if moved is not None and parsed_date(moved) != day:
        assert (parsed_date(moved) - day).days == shift


@pytest.mark.parametrize(
    ("value", "representation"),
    [
        (struct.pack("<d", 1.5) + b"LINDGREN", "FD"),
        ("Müllerin".encode("latin-1"), "FD"),
        ("Lind".encode("utf-16-le"), "FD"),
        (b"LIND", "UL"),
        (b"\1\0LINDGREN", "US"),
        ("Lindgren".encode("utf-16-le"), "US"),
        ("Sørensen".encode("latin-1"), "SS"),
        (b"MULLER!!", "AT"),
    ],
)
def test_text_next_to_binary_numbers_or_in_another_code_is_not_kept(value, representation):
    assert numbers(value, representation, (1, None)) is None


def test_a_word_in_the_last_digits_of_a_double_goes_and_the_number_stays():
    value = b"KOVACS" + struct.pack("<d", 1.5)[6:]
    kept = numbers(value, "FD", (1, 1))
    assert kept is not None
    assert b"KOVACS" not in kept
    assert struct.unpack("<d", kept)[0] == pytest.approx(struct.unpack("<d", value)[0], rel=1e-7)
    assert numbers(kept, "FD", (1, 1)) == kept


@given(st.lists(st.floats(-1e5, 1e5, width=32).filter(lambda x: x == 0 or abs(x) > 1e-6), min_size=1, max_size=9))
def test_doubles_of_single_precision_are_kept_as_they_are(values):
    packed = struct.pack(f"<{len(values)}d", *values)
    assert numbers(packed, "FD", (1, None)) == packed


@pytest.mark.parametrize("text", ["19570312", "90817263.0", "9.0817263E7", "0711555019", "1\\90817263"])
@pytest.mark.parametrize("representation", ["DS", "IS"])
def test_numbers_as_long_as_an_identifier_are_not_kept(text, representation):
    assert written_numbers(text, representation, (1, None)) is None

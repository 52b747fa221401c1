"""Descriptions of series as raters may see them."""

import pytest
from scans import header

from discgrade.imaging.scans.descriptions import description


def said(text, **changes):
    return description(header(SeriesDescription=text, **changes))


@pytest.mark.parametrize(
    "text", ["t2_tse_sag", "T2 TSE sag LWS 4mm", "SAG T2 FSE", "<b>t2</b> & more", "腰椎 T2", "T2 512x512 4mm TR3500"]
)
def test_what_names_nobody_stays(text):
    assert said(text) == text


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("t2 sag Mustermann", "t2 sag …"),
        ("MUSTERMANN_ERIKA_t2", "…_t2"),
        ("t2Mustermann", "…"),
        ("t2 4711815", "t2 …"),
        ("t2 17.01.1950", "t2 …"),
        ("t2 1950-01-17", "t2 …"),
        ("t2 19500117 sag", "t2 … sag"),
        ("t2 Tel 0664/1234567", "t2 Tel …"),
        ("t2 Tel 0664 123 456", "t2 Tel …"),
        ("t2 Muster-Mann", "t2 …"),
        ("t2 MÚSTERMÄNN", "t2 …"),
        ("t2 \N{FULLWIDTH LATIN CAPITAL LETTER M}ustermann", "t2 …"),
        ("t2 Musterman", "t2 …"),
        ("t2 471-18-15", "t2 …"),
        ("t2 17JAN1950", "t2 …"),
        ("t2 17. Jänner 50", "t2 …"),
        ("t2 *1950", "t2 *…"),
        ("t2 69 y f", "t2 … f"),
    ],
)
def test_what_is_the_patients_own_or_a_long_number_is_masked(text, shown):
    assert said(text) == shown


@pytest.mark.parametrize(("name", "text"), [("Müller^Jörg", "MUELLER t2"), ("MUELLER^JOERG", "Müller t2")])
def test_umlauts_are_the_same_name_however_they_are_written(name, text):
    assert said(text, PatientName=name, SpecificCharacterSet="ISO_IR 192") == "… t2"


def test_a_place_and_a_telephone_number_of_the_patient_are_masked():
    assert said("t2 Kuckucksweg", PatientAddress="Kuckucksweg 7") == "t2 …"


@pytest.mark.filterwarnings("ignore:The value length")
def test_a_text_stays_on_one_line_and_is_short():
    assert said("t2\r\nsag\x00\x1b[31m" + "x" * 99) == ("t2 sag [31m" + "x" * 99)[:64]


def test_the_names_of_physicians_and_places_are_masked_too():
    assert said("t2 Hofer Graz", OperatorsName="Hofer^Jan", InstitutionName="LKH Graz") == "t2 …"


def test_no_description_is_an_empty_one():
    assert description(header(SeriesDescription=None)) == ""

"""Descriptions, coded strings and names of scanners keep listed words only."""

import csv
from importlib.resources import files

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydicom.datadict import dictionary_VR, tag_for_keyword
from pydicom.tag import Tag

from discgrade.deidentification.elements import vocabulary

WORDS = vocabulary.words("description")


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("t2_tse_sag_384", "t2_tse_sag_384"),
        ("T2 TSE SAG  LWS", "T2 TSE SAG LWS"),
        ("t2_tse_sag_Kovács", "t2_tse_sag"),
        ("Frau Szabó T2w FSE sag", "T2w FSE sag"),
        ("STIR sag 4mm 19650312", "STIR sag 4mm"),
        ("t2-sag+fs/KOVACS", "t2-sag+fs"),
        ("kovácst2", ""),
        ("0301234567", ""),
        ("<MPR Collection>", "MPR"),
    ],
)
def test_descriptions_keep_allowed_words(text, kept):
    assert vocabulary.described(text, WORDS) == kept


@given(st.text(max_size=64))
def test_every_word_of_a_cleaned_description_is_allowed(text):
    kept = vocabulary.described(text, WORDS)
    for word in kept.replace("-", " ").replace("+", " ").replace(".", " ").replace("/", " ").replace("_", " ").split():
        assert word.casefold() in WORDS or len(word.removesuffix("mm")) <= 2
    assert vocabulary.described(kept, WORDS) == kept


def test_terms_are_those_of_their_attribute():
    tag = int(Tag("ScanningSequence"))
    assert vocabulary.coded(tag, "SE\\IR") == "SE\\IR"
    assert vocabulary.coded(tag, "HFS") is None
    assert vocabulary.coded(int(Tag("SmokingStatus")), "YES") is None


@pytest.mark.parametrize("spelled", ["ELLIPTICAL", "ELLIPSOIDAL", "Elliptical", "ellipsoidal"])
def test_a_manufacturers_spelling_becomes_the_standards(spelled):
    assert vocabulary.coded(int(Tag("CoverageOfKSpace")), spelled) == "ELLIPSOIDAL"
    assert vocabulary.coded(int(Tag("ScanningSequence")), spelled) is None


def test_a_technique_keeps_the_values_that_are_known():
    assert vocabulary.coded(int(Tag("ScanOptions")), "FS\\KOVACS\\PFP") == "FS\\PFP"
    assert vocabulary.coded(int(Tag("ScanOptions")), "KOVACS") is None


def test_an_image_type_keeps_its_first_two_values_or_nothing():
    tag = int(Tag("ImageType"))
    assert vocabulary.coded(tag, "DERIVED\\SECONDARY\\KOVACS\\NORM") == "DERIVED\\SECONDARY\\OTHER\\NORM"
    assert vocabulary.coded(tag, "KOVACS\\PRIMARY") is None


@pytest.mark.parametrize(
    ("keyword", "value", "kept"),
    [
        ("Manufacturer", "GE MEDICAL SYSTEMS", True),
        ("Manufacturer", "Philips Medical Systems", True),
        ("Manufacturer", "SIEMENS of Dr. Kovacs", False),
        ("ManufacturerModelName", "MAGNETOM Vida", True),
        ("ManufacturerModelName", "DISCOVERY MR750w", True),
        ("ManufacturerModelName", "Ilona", False),
        ("SequenceName", "*tse2d1_17", True),
        ("SequenceName", "kovacs", False),
        ("SoftwareVersions", "syngo MR E11", True),
        ("SoftwareVersions", "5.3.1\\5.3.1.0", True),
        ("SoftwareVersions", "19650312", False),
        ("ReceiveCoilName", "HeadNeck_64", True),
        ("ReceiveCoilName", "Ilona", False),
        ("ImagedNucleus", "1H", True),
        ("RescaleType", "US", True),
        ("StackID", "1", True),
        ("StackID", "Kovacs", False),
        ("DimensionIndexPrivateCreator", "Philips MR Imaging DD 001", True),
        ("DimensionIndexPrivateCreator", "Kovacs", False),
    ],
)
def test_the_few_texts_that_stay(keyword, value, kept):
    assert vocabulary.text(int(Tag(keyword)), value) == (value if kept else None)


def test_every_listed_attribute_exists():
    rows = list(csv.DictReader(files(vocabulary.__package__).joinpath("terms.csv").read_text().splitlines()))
    tags = [tag_for_keyword(row["keyword"]) for row in rows]
    assert None not in tags
    assert len(set(tags)) == len(tags)
    assert {dictionary_VR(tag) for tag in tags} <= {"CS", "LO", "SH"}


def test_digits_that_add_up_to_a_number_are_not_kept():
    assert vocabulary.described("t2 sag 3 of 8", vocabulary.words("description")) == "t2 sag 3 8"
    assert vocabulary.described("t2 sag 0-7-1-1-5-5", vocabulary.words("description")) == "t2 sag"


def test_a_date_is_no_model():
    assert vocabulary.text(int(Tag("ManufacturerModelName")), "Signa 12.03-57 19") is None
    assert vocabulary.text(int(Tag("ManufacturerModelName")), "Signa 12-03-57") is None

"""Names of discs as people write them."""

import pytest

from discgrade.grades import LEVELS
from discgrade.readings.sheets.levels import OTHER_LEVELS, level_of


@pytest.mark.parametrize(
    "text",
    [
        "L4/L5",
        "L4-L5",
        "L4/5",
        "L45",
        "L4 L5",
        "l4/l5",
        "L4–L5",
        "L4_L5",
        "L4L5",
        "LWK4/5",
        "LWK 4/5",
        "LWK4-LWK5",
        "Disc L4/5",
    ],
)
def test_one_disc_has_many_spellings(text):
    assert level_of(text) == "L4/L5"


@pytest.mark.parametrize("text", ["L5/S1", "L5-S1", "L5S1", "l5 s1", "L5/S", "L51", "L5/1", "LWK5/SWK1"])
def test_the_lowest_disc_ends_at_the_sacrum(text):
    assert level_of(text) == "L5/S1"


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("L5/L6", "L5/L6"),
        ("L6-S1", "L6/S1"),
        ("T12/L1", "T12/L1"),
        ("Th12/L1", "T12/L1"),
        ("BWK11/12", "T11/T12"),
        ("S1/S2", "S1/S2"),
    ],
)
def test_other_discs_are_known_as_such(text, name):
    assert level_of(text) == name
    assert name in OTHER_LEVELS


@pytest.mark.parametrize(
    "text", ["", "L4", "T12", "L9", "L7/S1", "L1/L3", "L5/L4", "L5/L1", "4/5", "45", "Kovács", "L4/X5", "III"]
)
def test_what_is_no_disc_is_none(text):
    assert level_of(text) == ""


def test_our_own_names_are_themselves():
    assert [level_of(name) for name in (*LEVELS, *sorted(OTHER_LEVELS))] == [*LEVELS, *sorted(OTHER_LEVELS)]

"""Why a disc is for somebody to look at."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from tiny_bundle import network, tiny_facts

from discgrade.grading.judging.flags import KINDS, flags, out_of_order, uncertainty
from discgrade.grading.judging.grader import Grade
from discgrade.imaging.roi import Roi
from discgrade.imaging.scans.headers import File
from discgrade.reliability.certainty.calibration import Calibration
from discgrade.reliability.certainty.novelty import Novelty

CERTAIN = Grade(3, 3.0, 3.0, (0.0, 0.1, 0.8, 0.1, 0.0), (3,), (3.0, 3.2), 0.5)
SIEMENS = File("1.dcm", manufacturer="SIEMENS Healthineers", field_strength=1.494)


@pytest.fixture(scope="module")
def facts():
    calibration = Calibration("none", 1.0, (), (0.9,) * 5, 0.9, None, 40, 200)
    return replace(tiny_facts([network(1, 13)]), calibration=calibration, novelty=Novelty((), 1.0, 40, 200))


@pytest.fixture(scope="module")
def roi():
    pixels = np.linspace(0, 65535 * 0.6, 60 * 80).astype(np.uint16).reshape(60, 80)
    return Roi(pixels, 0.5, 0.0, 1.0, 0.0, 4.0)


def kinds(found):
    return [flag.kind for flag in found]


def test_a_disc_like_the_training_discs_has_no_flag(facts, roi):
    assert flags(CERTAIN, roi, SIEMENS, "L4/L5", facts) == ()


@pytest.mark.parametrize(
    ("change", "kind", "said"),
    [
        ({"set": (2, 3, 4)}, "wide_set", "90% certain is only that the grade is one of 2, 3 and 4"),
        ({"members": (2.4, 3.5)}, "members_disagree", "from 2.4 to 3.5"),
        ({"distance": 1.5}, "novel", "1.5 times as far"),
        ({"distance": 1.04}, "novel", "it lies a little farther from the training discs than 99 % of others do"),
    ],
)
def test_an_uncertain_grade_is_flagged(facts, roi, change, kind, said):
    (flag,) = flags(replace(CERTAIN, **change), roi, SIEMENS, "L4/L5", facts)
    assert flag.kind == kind
    assert said in flag.reason


@pytest.mark.parametrize(
    ("change", "kind", "said"),
    [
        ({"outside": 0.2}, "cut_off", "20% of the region lies outside"),
        ({"spacing": None}, "spacing", "does not say"),
        ({"obliquity": 25.0}, "obliquity", "25 degrees off the sagittal plane, training discs have 0 to 12"),
        ({"pixels": np.zeros((60, 80), np.uint16)}, "contrast", "contrast 0.00, training discs have 0.3 to 0.9"),
        ({"pixels": np.tile(np.arange(60, dtype=np.uint16)[:, None] * 700, 160)}, "box_shape", "width by height 2.67"),
    ],
)
def test_an_unusual_region_is_flagged(facts, roi, change, kind, said):
    found = flags(CERTAIN, replace(roi, **change), SIEMENS, "L4/L5", facts)
    assert any(flag.kind == kind and said in flag.reason for flag in found)


def test_a_region_of_unusual_size_is_flagged_in_mm(facts, roi):
    found = flags(CERTAIN, replace(roi, spacing=0.85), SIEMENS, "L4/L5", facts)
    assert [flag.reason for flag in found] == [
        "width 68 mm, training discs have 30 to 60",
        "height 51 mm, training discs have 18 to 45",
    ]


def test_an_unseen_scanner_or_level_is_flagged(facts, roi):
    ge = replace(SIEMENS, manufacturer="GE MEDICAL SYSTEMS", field_strength=0.3)
    found = flags(CERTAIN, roi, ge, "T12/L1", facts)
    assert [flag.reason for flag in found] == [
        "GE: training discs come from Philips, Siemens",
        "0.3 T: training discs come from 1.5 and 3 T",
        "T12/L1: the bundle was trained on L1/L2, L2/L3, L3/L4, L4/L5, L5/S1",
    ]
    assert kinds(found) == ["manufacturer", "field_strength", "level"]


def test_what_a_header_does_not_say_is_not_flagged(facts, roi):
    assert flags(CERTAIN, roi, File("1.dcm"), "L4/L5", facts) == ()


def test_every_flag_has_a_meaning(facts, roi):
    worst = replace(roi, outside=0.5, obliquity=40.0, spacing=3.0, pixels=np.zeros((20, 90), np.uint16))
    far = replace(CERTAIN, set=(1, 2, 3), members=(1.0, 5.0), distance=9.0)
    found = flags(far, worst, replace(SIEMENS, manufacturer="Hitachi", field_strength=0.2), "T12/L1", facts)
    assert {*kinds(found), "found", "slice", "mask", "order"} == set(KINDS)


def test_more_flags_are_more_uncertain_and_then_the_less_likely_grade(facts, roi):
    flagged = flags(replace(CERTAIN, members=(1.0, 5.0)), roi, SIEMENS, "L4/L5", facts)
    unlikely = replace(CERTAIN, probabilities=(0.0, 0.3, 0.4, 0.3, 0.0))
    found = [uncertainty(grade, some) for some in ((), flagged) for grade in (CERTAIN, unlikely)]
    assert found == sorted(set(found))


@pytest.mark.parametrize(
    ("levels", "heights", "expected"),
    [
        (["L1/L2", "L3/L4", "L5/S1"], [10, 50, 90], set()),
        (["L5/S1", "L1/L2"], [90, 10], set()),
        (["L1/L2", "L2/L3", "L3/L4"], [10, 10, 50], {0, 1}),
        (["L1/L2", "L3/L4", "L2/L3", "L5/S1"], [10, 30, 50, 90], {1, 2}),
        (["T12/L1", "L1/L2"], [90, 10], set()),
        (["L4/L5"], [10], set()),
    ],
)
def test_discs_of_a_slice_lie_below_one_another_by_their_levels(levels, heights, expected):
    assert out_of_order(levels, heights) == expected


def test_the_page_of_documents_explains_every_flag():
    page = (Path(__file__).parents[3] / "docs" / "grading.md").read_text(encoding="utf-8")
    assert [kind for kind in KINDS if f"`{kind}`" not in page] == []

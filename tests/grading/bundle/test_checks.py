"""Facts that keep to the schema and do not fit together: refused by name, not found out as an error of arrays."""

from dataclasses import replace

import pytest
from tiny_bundle import FILTERS, tiny_facts

from discgrade.grades import LEVELS
from discgrade.grading.bundle.checks import contradictions
from discgrade.grading.bundle.facts import BundleFacts, LocatorMember, Span
from discgrade.imaging.locating.facts import Expected, LocatorFacts
from discgrade.reliability.certainty.calibration import Calibration
from discgrade.reliability.certainty.novelty import Cloud, Novelty

MAP = Calibration("temperature", 1.2, (), (0.9,) * 5, 0.9, None, 100, 500)
RISING = ((0.0, 1.0), (0.1, 0.9))
AXIS = (1.0,) * FILTERS
CLOUD = Cloud("fold-01", AXIS, (AXIS, AXIS), (2.0, 1.0), 0.1, 3.0)
WAY = Expected((50.0, 3.0), (27.0, 3.0), (1.0, 2.0), (36.0, 3.0))
TOP = replace(WAY, right=None, up=None)
LOCATOR = LocatorFacts(128, 2.2, 32, tuple(reversed(LEVELS)), (WAY, WAY, WAY, WAY, TOP), 0.5)


@pytest.fixture(scope="module")
def facts() -> BundleFacts:
    known = Novelty((CLOUD, CLOUD), 1.0, 100, 500)
    return replace(tiny_facts([b"1", b"2"]), calibration=MAP, novelty=known, locator=located(LOCATOR))


def located(facts: LocatorFacts) -> LocatorMember:
    return LocatorMember("locator.onnx", "0" * 64, facts)


def test_facts_that_fit_together(facts):
    assert list(contradictions(facts)) == []
    isotonic = replace(MAP, method="isotonic", knots=(RISING,) * 4, cuts=(0.5,) * 12)
    assert list(contradictions(replace(facts, calibration=isotonic, decoding="cuts"))) == []


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"cuts": (0.5, 0.5)}, "calibration.cuts should be 12"),
        ({"method": "isotonic"}, "calibration.knots of an isotonic map should be 4 pairs"),
        ({"method": "isotonic", "knots": (((), ()),) * 4}, "calibration.knots should be pairs of lists"),
        ({"method": "isotonic", "knots": (((0.0, 1.0), (0.1,)),) * 4}, "calibration.knots should be pairs of lists"),
        ({"method": "isotonic", "knots": (((1.0, 0.0), (0.1, 0.9)),) * 4}, "calibration.knots should be pairs"),
    ],
)
def test_a_map_that_would_give_other_probabilities(facts, changes, words):
    found = list(contradictions(replace(facts, calibration=replace(MAP, **changes))))
    assert found
    assert words in found[0]


@pytest.mark.parametrize(
    "changes", [{"mean": (1.0,)}, {"axes": (AXIS, AXIS[1:])}, {"variances": (1.0,)}, {"axes": (AXIS, ("x",) * FILTERS)}]
)
def test_a_cloud_that_is_not_the_networks(facts, changes):
    clouds = (CLOUD, replace(CLOUD, **changes))
    (told,) = contradictions(replace(facts, novelty=replace(facts.novelty, members=clouds)))
    assert "novelty.members.1 should have a mean and axes of 8 numbers" in told


def test_a_cloud_for_each_network(facts):
    (told,) = contradictions(replace(facts, novelty=replace(facts.novelty, members=(CLOUD,))))
    assert told == "novelty.members should be 2, one of each network. Received: 1"


def test_a_network_that_would_count_twice(facts):
    first = facts.members[0]
    assert list(contradictions(replace(facts, members=(first, first)))) == ["members name one file twice"]


def test_a_range_that_nothing_lies_in(facts):
    regions = replace(facts.training.regions, width=Span(60.0, 30.0))
    (told,) = contradictions(replace(facts, training=replace(facts.training, regions=regions)))
    assert told == "training.regions.width should go from low to high. Received: 60 to 30"


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"levels": LEVELS}, "should be lumbar ones, from the sacrum up"),
        ({"expected": (WAY, TOP)}, "should be 5, one for each level. Received: 2"),
        ({"expected": (WAY, WAY, TOP, WAY, TOP)}, "should have a way to the next level for all but the uppermost"),
        ({"expected": (WAY, WAY, WAY, WAY, replace(TOP, width=(0.0, 1.0)))}, "widths and heights above 0"),
    ],
)
def test_a_locator_that_would_name_discs_otherwise(facts, changes, words):
    (told,) = contradictions(replace(facts, locator=located(replace(LOCATOR, **changes))))
    assert words in told

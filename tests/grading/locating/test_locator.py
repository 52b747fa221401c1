"""The locator of a bundle at work: what it finds, what it refuses, and that nothing changes its bits."""

import hashlib

import numpy as np
import pytest
from tiny_locator import BOXES, LEVELS, locator_facts, locator_network, spine, write_locating

from discgrade.grading.bundle.facts import LocatorMember
from discgrade.grading.bundle.files import BundleError
from discgrade.grading.bundle.opening import open_bundle
from discgrade.grading.locating.locator import Locator, locator_of
from discgrade.imaging.locating.stack import locate

SPACING = (0.7, 0.7)


@pytest.fixture(scope="module")
def locator(tmp_path_factory):
    return locator_of(open_bundle(write_locating(tmp_path_factory.mktemp("bundle") / "tiny")))


def pictures(*canals):
    return [spine(canal).astype(np.float32) for canal in canals]


def test_discs_are_found_where_they_are(locator):
    (found,) = locator(pictures(8), SPACING)
    assert [disc.level for disc in found.discs] == list(LEVELS)
    for disc in found.discs:
        known = BOXES[disc.level]
        assert (disc.box.x, disc.box.y) == pytest.approx((known.x, known.y), abs=3)
        assert (disc.box.width, disc.box.height) == pytest.approx((known.width, known.height), abs=1)
        assert disc.probability > 0.9


def test_probabilities_are_smaller_by_the_share_that_is_wrong_however_sure_it_is(locator):
    given, told = (
        [disc.probability for disc in one(pictures(8), SPACING)[0].discs]
        for one in (locator, Locator(locator_network(), locator_facts(), lapse=0.25))
    )
    assert told == pytest.approx([0.75 * one for one in given])


def test_a_slice_is_found_alike_whatever_is_beside_it_and_however_many_threads_there_are(locator):
    slices = pictures(8, 4, 2, 8)
    alone = [locator([one], SPACING)[0] for one in slices]
    assert locator(slices, SPACING) == alone
    assert Locator(locator_network(), locator_facts(), threads=2)(slices, SPACING) == alone


@pytest.mark.parametrize(
    ("pixels", "reason"),
    [
        (np.zeros((96, 80)), "the slice is empty"),
        (np.full((96, 80), 7.5), "the slice is empty"),
        (spine(0), "does not look T2-weighted"),
        (spine(8, ()), "no disc is seen"),
        (spine(8, ("L4/L5",)), "one disc alone is seen"),
    ],
)
def test_what_is_no_t2_weighted_spine_has_no_box_and_a_reason(locator, pixels, reason):
    (found,) = locator([pixels.astype(np.float32)], SPACING)
    assert found.discs == ()
    assert reason in found.reason


@pytest.mark.parametrize("side", [0.3, 12.0])
def test_a_picture_that_is_too_small_or_too_large_for_a_back_is_refused(locator, side):
    (found,) = locator(pictures(8), (side, side))
    assert found.discs == ()
    assert "mm high: one of a lumbar spine has 60 to 700" in found.reason


@pytest.mark.parametrize(("turn", "words"), [(np.flipud, "upside down"), (np.fliplr, "mirrored")])
def test_a_stack_that_lies_another_way_up_is_refused(locator, turn, words):
    located = locate([np.ascontiguousarray(turn(one)) for one in pictures(0, 4, 8, 4, 0)], SPACING, locator)
    assert located.discs == ()
    assert words in located.middle.reason


def test_the_discs_of_a_stack_are_read_on_its_middle_slice(locator):
    located = locate(pictures(0, 0, 2, 4, 8, 4, 0), SPACING, locator)
    assert located.middle.slice == 4
    assert [(number, disc.level) for number, disc in located.discs] == [(4, level) for level in reversed(LEVELS)]


def test_a_bundle_may_hold_no_locator(tiny_bundle):
    assert locator_of(open_bundle(tiny_bundle)) is None


def test_a_locator_that_is_not_what_the_bundle_tells_of_is_refused(tmp_path, locator):
    other = b"no network"
    member = LocatorMember("locator.onnx", hashlib.sha256(other).hexdigest(), locator_facts())
    folder = write_locating(tmp_path / "bundle", locator=member)
    (folder / "locator.onnx").write_bytes(other)
    with pytest.raises(BundleError, match="The locator is no network"):
        locator_of(open_bundle(folder))
    with pytest.raises(BundleError, match="should take and return"):
        Locator(open_bundle(folder).member("members/default-fold-01-seed-1.onnx"), locator_facts())


def test_a_locator_of_other_bytes_is_refused(tmp_path):
    folder = write_locating(tmp_path / "bundle")
    (folder / "locator.onnx").write_bytes(locator_network() + b"\0")
    with pytest.raises(BundleError, match=r"locator\.onnx is not the file"):
        open_bundle(folder)

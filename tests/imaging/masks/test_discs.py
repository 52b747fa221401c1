"""The discs of the phantom's masks, and every way in which a mask cannot be used."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from discgrade.grades import LEVELS
from discgrade.imaging.masks.discs import find_discs
from discgrade.imaging.masks.reading import Mask
from discgrade.imaging.volumes.errors import VolumeError
from discgrade.phantom.command import proportions
from discgrade.phantom.examination import scanned
from discgrade.phantom.population import draw_patient
from discgrade.phantom.scanner import AS_DRAWN
from discgrade.phantom.spine.region import region


def relabelled(mask: Mask, change: Callable[[np.ndarray], object]) -> Mask:
    labels = mask.labels.copy()
    change(labels)
    return replace(mask, labels=labels)


def test_boxes_are_those_that_a_rater_would_draw_without_an_unsteady_hand(mask: Mask) -> None:
    seen = scanned(draw_patient(proportions(5, 5).seed, "primary", 1), AS_DRAWN.of)
    found = find_discs(mask)
    assert [one.level for one in found] == list(LEVELS)
    for one, disc in zip(found, seen.spine.lumbar_discs, strict=True):
        assert one.number == seen.scan.slice_at(disc.centre[1])
        front, top, back, bottom = region(disc)
        (left, upper), (right, lower) = seen.scan.pixel(front, top), seen.scan.pixel(back, bottom)
        x, y = max(left, one.box.x), max(upper, one.box.y)
        common = (min(right, one.box.x + one.box.width) - x) * (min(lower, one.box.y + one.box.height) - y)
        union = (right - left) * (lower - upper) + one.box.width * one.box.height - common
        assert common / union > 0.75
        assert one.flags == ()


def swap(one: int, other: int) -> Callable[[np.ndarray], object]:
    def change(labels: np.ndarray) -> None:
        here, there = labels == one, labels == other
        labels[here], labels[there] = other, one

    return change


def remove(*values: int) -> Callable[[np.ndarray], object]:
    return lambda labels: np.putmask(labels, np.isin(labels, values), 0)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (
            swap(202, 203),
            "labels are out of order: from head to feet by its affine they are L1/L2, L2/L3, L4/L5, L3/L4",
        ),
        (remove(203), "L3/L4 is missing between labelled discs"),
        (remove(100), "the canal is not labelled"),
        (remove(201, 202, 203, 204, 205), "none of the discs L1/L2 to L5/S1 is labelled"),
    ],
)
def test_a_mask_in_which_no_level_is_sure_is_left_out(mask: Mask, change, message) -> None:
    with pytest.raises(VolumeError, match=message):
        find_discs(relabelled(mask, change))


@pytest.mark.parametrize(
    ("flip", "message"),
    [
        (np.s_[:, ::-1], "head and feet are exchanged: by the mask's affine"),
        (np.s_[:, :, ::-1], "front and back are exchanged: by the mask's affine"),
    ],
)
def test_a_mask_that_its_affine_turns_upside_down_or_round_is_left_out(mask: Mask, flip, message) -> None:
    with pytest.raises(VolumeError, match=message):
        find_discs(replace(mask, labels=mask.labels[flip]))


def test_a_mask_of_another_plane_is_left_out(mask: Mask) -> None:
    planes = replace(mask.planes, orientation=(1.0, 0, 0, 0, 0, -1.0))
    with pytest.raises(VolumeError, match="the mask is coronal"):
        find_discs(replace(mask, planes=planes))


def test_a_disc_that_is_missing_at_the_end_leaves_the_others(mask: Mask) -> None:
    found = find_discs(relabelled(mask, remove(205, 201)))
    assert [one.level for one in found] == ["L2/L3", "L3/L4", "L4/L5"]


def halve(labels: np.ndarray) -> None:
    columns = np.flatnonzero((labels == 203).any(axis=(0, 1)))
    middle = int(columns.mean())
    labels[..., middle - 3 : middle + 3][labels[..., middle - 3 : middle + 3] == 203] = 0


def shrink(labels: np.ndarray) -> None:
    rows = np.flatnonzero((labels == 203).any(axis=(0, 2)))
    gone = labels[:, rows[0] : int(rows.mean())]
    gone[gone == 203] = 0
    columns = np.flatnonzero((labels == 203).any(axis=(0, 1)))
    rest = labels[..., columns[0] + 9 :]
    rest[rest == 203] = 0


@pytest.mark.parametrize(
    ("change", "flag"),
    [
        (halve, "in several pieces"),
        (shrink, "much smaller than the other discs"),
        (remove(3), "L3 is not labelled"),
    ],
)
def test_a_disc_that_looks_implausible_is_flagged(mask: Mask, change, flag) -> None:
    found = {one.level: one for one in find_discs(relabelled(mask, change))}
    assert flag in found["L3/L4"].flags
    assert found["L5/S1"].flags == ()

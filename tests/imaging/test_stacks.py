"""Slices put together in order of position."""

import random

import pytest
from scans import AXIAL, CORONAL, SAGITTAL, header

from discgrade.imaging.frames import frames
from discgrade.imaging.stacks import stacks


def slices(*datasets):
    return [one for number, dataset in enumerate(datasets) for one in frames(dataset, f"{number:03d}.dcm")]


def test_slices_come_in_order_of_position_whatever_their_numbers_and_files_say():
    datasets = [header(number, ImagePositionPatient=[100 - 4.4 * number, 0, 0]) for number in range(1, 16)]
    random.Random(3).shuffle(datasets)
    (stack,) = stacks(slices(*datasets))
    lefts = [one.position[0] for one in stack.slices]
    assert lefts == sorted(lefts)
    assert stack.middle == 7
    assert stack.gap == pytest.approx(4.4)


def test_the_order_does_not_depend_on_which_way_the_normal_points():
    mirrored = (0.0, -1.0, 0.0, 0.0, 0.0, -1.0)
    for orientation in (SAGITTAL, mirrored):
        (stack,) = stacks(slices(*(header(n, ImageOrientationPatient=list(orientation)) for n in (3, 1, 2))))
        assert [one.order[0] for one in stack.slices] == [1, 2, 3]


def test_slices_without_a_position_come_by_instance_number():
    datasets = [header(number, ImagePositionPatient=None) for number in (3, 1, 2)]
    (stack,) = stacks(slices(*datasets))
    assert [one.order[0] for one in stack.slices] == [1, 2, 3]
    assert stack.gap is None


def test_a_localizer_of_three_planes_is_three_stacks():
    planes = [header(n, ImageOrientationPatient=list(one)) for n, one in enumerate((SAGITTAL, AXIAL, CORONAL), 1)]
    assert sorted(stack.plane for stack in stacks(slices(*planes))) == ["axial", "coronal", "sagittal"]


def test_two_echoes_of_one_series_are_two_stacks():
    datasets = [header(2 * n + k, EchoTime=echo) for n in range(4) for k, echo in enumerate((14, 98))]
    found = stacks(slices(*datasets))
    assert [(one.weighting.echo_time, len(one.slices)) for one in found] == [(14, 4), (98, 4)]


def test_slices_that_fan_out_by_little_stay_together():
    tilted = [header(n, ImageOrientationPatient=[0, 1, 0, 0.005 * n, 0, -1]) for n in (1, 2, 3)]
    assert len(stacks(slices(*tilted))) == 1


def test_an_image_sent_twice_is_there_once():
    assert [len(one.slices) for one in stacks(slices(header(1), header(1), header(2)))] == [2]


def test_series_come_by_their_number():
    found = stacks(slices(header(SeriesNumber=5), header(SeriesNumber=2), header(SeriesNumber=11)))
    assert [one.first.series_number for one in found] == [2, 5, 11]

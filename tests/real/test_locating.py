"""Where discs are on real slices by the bundle that comes along; and that nothing is found where no lumbar spine is."""

import csv

import numpy as np
import pydicom
import pytest

from discgrade.cli import main
from discgrade.grading.bundle.opening import open_bundle
from discgrade.grading.locating.locator import locator_of
from discgrade.imaging.dicom import grey_values, read_slice
from discgrade.imaging.frames import frames
from discgrade.imaging.locating.stack import locate
from discgrade.imaging.stacks import stacks
from discgrade.imaging.upright import upright

from ..conftest import ROOT

BUNDLE = ROOT / "models" / "lsma.zip"


@pytest.fixture(scope="module")
def locator():
    found = locator_of(open_bundle(BUNDLE))
    assert found is not None
    return found


def zoo_stacks(folder):
    """Yield the slices of every image that can be decoded, put together as they were scanned, and their spacing."""
    read, some = {}, []
    for path in sorted(one for one in folder.rglob("*") if one.is_file()):
        try:
            dataset = pydicom.dcmread(path)
            for one in frames(dataset, str(path)):
                read[one.path, one.frame] = grey_values(dataset, one.frame)
                some.append(one)
        except Exception:
            continue
    for stack in stacks([one for one in some if (one.path, one.frame) in read]):
        spacing = stack.turn.shape(stack.first.row_spacing, stack.first.column_spacing)
        yield [np.ascontiguousarray(stack.turn.pixels(read[one.path, one.frame])) for one in stack.slices], spacing


@pytest.mark.filterwarnings("ignore")
def test_no_box_is_found_on_any_slice_of_other_bodies_and_scanners(real, locator):
    """Heads, shoulders, bellies, bones, mosaics, CT: by pixels alone, whatever the headers say."""
    looked = 0
    for pixels, spacing in zoo_stacks(real / "dicom_zoo"):
        found = locator(pixels, spacing)
        assert [one.discs for one in found] == [()] * len(found)
        assert all(one.reason for one in found)
        looked += len(found)
    assert looked > 150


def test_the_command_grades_nothing_of_other_bodies_and_says_why(tmp_path, real):
    given = ["--bundle", str(BUNDLE), "--out", str(tmp_path / "out"), "--no-pages", "--no-sr"]
    assert main(["grade", str(real / "dicom_zoo"), *given]) == 1
    with (tmp_path / "out" / "studies.csv").open(newline="", encoding="utf-8") as text:
        rows = list(csv.DictReader(text))
    assert len(rows) > 5
    assert {row["state"] for row in rows} == {"skipped"}
    assert all(row["left_out"] for row in rows)


def upright_slices(real, count):
    for path in sorted(one for one in (real / "lsma" / "dicom").rglob("*") if one.is_file())[:count]:
        one = read_slice(path)
        turn = upright(one.orientation)
        yield np.ascontiguousarray(turn.pixels(one.pixels)), turn.shape(one.row_spacing, one.column_spacing)


@pytest.mark.parametrize(
    ("turn", "words"),
    [(np.flipud, "upside down"), (np.fliplr, "mirrored"), (lambda one: one[::-1, ::-1], "turned by half")],
)
def test_slices_that_do_not_lie_as_their_headers_say_are_refused(real, locator, turn, words):
    for pixels, spacing in upright_slices(real, 12):
        assert len(locate([pixels], spacing, locator).discs) >= 2
        located = locate([np.ascontiguousarray(turn(pixels))], spacing, locator)
        assert located.discs == ()
        assert words in located.middle.reason


def test_inverted_greys_are_no_t2(real, locator):
    for pixels, spacing in upright_slices(real, 12):
        assert locator([pixels.max() - pixels], spacing)[0].discs == ()


def test_a_stack_of_fifteen_slices_takes_less_than_half_a_second(real, locator):
    from time import process_time

    slices = list(upright_slices(real, 15))
    start = process_time()
    locate([pixels for pixels, _ in slices], slices[0][1], locator)
    assert process_time() - start < 0.5

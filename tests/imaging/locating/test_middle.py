"""The mid-sagittal slice of invented stacks, of which the middle is known, and of a real head."""

from dataclasses import replace

import numpy as np
import pydicom
import pytest

from discgrade.grades import LEVELS
from discgrade.imaging.box import Box
from discgrade.imaging.dicom import grey_values
from discgrade.imaging.frames import frames
from discgrade.imaging.locating.found import Found, FoundDisc
from discgrade.imaging.locating.middle import mid_sagittal
from discgrade.imaging.locating.symmetry import symmetry
from discgrade.imaging.stacks import stacks
from discgrade.phantom.examination import examine
from discgrade.phantom.population import draw_patient
from discgrade.phantom.scanner import Posture

NOTHING = Found((), 0.0, (), "no disc is seen")


@pytest.fixture(scope="module")
def scanned(tmp_path_factory):
    """A patient who lies in some way: slices, upright, the discs as a rater sees them, and the slice of each."""
    made = {}

    def scan(posture, patient=0):
        if (posture, patient) not in made:
            folder = tmp_path_factory.mktemp("stack")
            seen = examine(draw_patient(11, "primary", patient), folder, posture)
            read = {str(path): pydicom.dcmread(path) for path in folder.rglob("*") if path.is_file()}
            (stack,) = stacks([one for path, dataset in read.items() for one in frames(dataset, path)])
            pixels = [stack.turn.pixels(grey_values(read[one.path])) for one in stack.slices]
            order = [one.instance for one in stack.slices]
            discs = tuple(
                FoundDisc(level, stack.turn.box(Box(*one.box), *pixels[0].shape), 0.9)
                for level, one in zip(LEVELS, seen, strict=True)
            )
            made[posture, patient] = pixels, discs, [order.index(one.sop_instance_uid) for one in seen]
        return made[posture, patient]

    return scan


@pytest.mark.parametrize("offset", [0.0, 14.0, -17.0])
@pytest.mark.parametrize("patient", [0, 1])
def test_the_middle_is_found_by_the_picture_wherever_it_lies_in_the_stack(scanned, offset, patient):
    pixels, discs, truth = scanned(Posture(slices=15, offset=offset), patient)
    middle = mid_sagittal(pixels, [Found(discs, 1.0)] * 15)
    assert abs(middle.slice - truth[2]) <= 1
    assert "canal" in middle.reason
    assert f"slice {middle.slice + 1} of 15" in middle.reason
    assert middle.flags == ()


@pytest.mark.parametrize("posture", [Posture(15, 0.0, 12.0), Posture(13, 6.0, -15.0)])
def test_of_a_scoliotic_spine_each_disc_has_its_own_middle(scanned, posture):
    pixels, discs, truth = scanned(posture, 2)
    middle = mid_sagittal(pixels, [Found(discs, 1.0)] * len(pixels))
    assert abs(middle.slice - np.median(truth)) <= 1
    assert [level for level, _ in middle.levels] == list(LEVELS)
    np.testing.assert_allclose([place for _, place in middle.levels], truth, atol=1.01)
    assert any("bends out of the slices" in flag for flag in middle.flags)
    assert all(abs(middle.of(level) - known) <= 1 for level, known in zip(LEVELS, truth, strict=True))


def test_without_a_picture_that_tells_the_locator_decides(scanned):
    _, discs, _ = scanned(Posture(slices=15, offset=0.0))
    sure = [0.1, 0.2, 0.5, 0.9, 0.6, 0.2, 0.1]
    found = [Found(tuple(replace(disc, probability=one) for disc in discs), one) for one in sure]
    middle = mid_sagittal([np.full((320, 320), 7, np.float32)] * 7, found)
    assert middle.slice == 3
    assert "locator is surest" in middle.reason


def test_a_locator_that_is_nearly_as_sure_of_all_slices_says_little(scanned):
    pixels, discs, truth = scanned(Posture(slices=15, offset=0.0))
    middle = mid_sagittal(pixels, [Found(discs, 1.0), *[Found(discs, 0.85)] * 13, Found(discs, 0.99)])
    assert middle.slice == mid_sagittal(pixels, [Found(discs, 1.0)] * 15).slice
    assert abs(middle.slice - truth[2]) <= 1
    assert middle.flags == ()


def test_a_middle_at_the_edge_of_the_stack_is_flagged(scanned):
    pixels, discs, truth = scanned(Posture(slices=15, offset=14.0))
    cut = pixels[truth[2] :]
    middle = mid_sagittal(cut, [Found(discs, 1.0)] * len(cut))
    assert middle.slice == 0
    assert any("edge of the stack" in flag for flag in middle.flags)


def test_signs_that_disagree_are_flagged(scanned):
    pixels, discs, truth = scanned(Posture(slices=15, offset=0.0))
    found = [Found(discs, 1.0 if number == truth[2] + 5 else 0.3) for number in range(15)]
    assert any("disagree" in flag for flag in mid_sagittal(pixels, found).flags)


def test_the_chosen_slice_is_one_on_which_discs_were_found(scanned):
    pixels, discs, truth = scanned(Posture(slices=15, offset=0.0))
    found = [NOTHING if number == truth[2] else Found(discs, 1.0) for number in range(15)]
    assert abs(mid_sagittal(pixels, found).slice - truth[2]) == 1


def test_a_stack_without_discs_has_no_middle_and_says_why():
    middle = mid_sagittal([np.zeros((20, 20), np.float32)] * 3, [NOTHING] * 3)
    assert middle.slice is None
    assert middle.of("L4/L5") is None
    assert middle.reason == "no slice shows a lumbar spine: no disc is seen"


def test_one_slice_is_the_middle():
    disc = FoundDisc("L4/L5", Box(2, 2, 8, 6), 0.9)
    middle = mid_sagittal([np.zeros((20, 20), np.float32)], [Found((disc,), 0.9)])
    assert (middle.slice, middle.reason) == (0, "it is the only slice")


def test_findings_and_slices_should_match():
    with pytest.raises(ValueError, match=r"one entry for each of the 2 slices. Received: 1"):
        mid_sagittal([np.zeros((9, 9), np.float32)] * 2, [NOTHING])


@pytest.mark.parametrize("first", [0, 12, 22])
def test_the_symmetry_of_a_real_head_is_found_in_any_part_of_its_stack(real, first):
    """A sagittal echo planar series of 63 slices of a head, 2.2 mm apart, and parts of it that are not centred."""
    path = real / "dicom_zoo/neurolabusc+dcm_qa_sag/In/XA30/enhanced/5_Product_EPI_Sag_Ascending/0063.dcm"
    (stack,) = stacks(frames(dataset := pydicom.dcmread(path), "head"))
    pixels = [stack.turn.pixels(grey_values(dataset, one.frame)) for one in stack.slices][first:]
    rows, columns = pixels[0].shape
    middle = symmetry(pixels, [Box(0.2 * columns, 0.1 * rows, 0.5 * columns, 0.7 * rows)]).argmax()
    assert abs(middle + first - 31) <= 2

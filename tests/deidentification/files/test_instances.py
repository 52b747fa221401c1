"""The row of an exported image: what its header says, of the first frame where frames differ, or nothing."""

import numpy as np
import pytest
from mr_files import enhanced_mr_image, mr_image, settings, written
from pydicom.dataset import Dataset
from pydicom.sequence import Sequence

from discgrade.deidentification.files import cleaning
from discgrade.deidentification.indexing import read_headers
from discgrade.imaging.header import Stamp


def row(image: Dataset) -> dict[str, object]:
    return cleaning.deidentify_file(written(image), settings(), {}).record


def test_times_are_those_of_the_header():
    found = row(mr_image())
    assert (found["echo_time"], found["repetition_time"]) == (102, 3500)
    found = row(mr_image(EchoTime="", RepetitionTime=None))
    assert (found["echo_time"], found["repetition_time"]) == (None, None)


def test_the_echo_time_of_a_multi_frame_image_is_the_effective_one_of_its_first_frame():
    image = enhanced_mr_image(EchoTime=None, RepetitionTime=None)
    for number, frame in enumerate(image.PerFrameFunctionalGroupsSequence):
        echo = Dataset()
        echo.EffectiveEchoTime = 98.5 + number
        frame.MREchoSequence = Sequence([echo])
    timing = Dataset()
    timing.RepetitionTime = "2800"
    image.SharedFunctionalGroupsSequence[0].MRTimingAndRelatedParametersSequence = Sequence([timing])
    found = row(image)
    assert (found["echo_time"], found["repetition_time"]) == (98.5, 2800)


@pytest.mark.parametrize(("values", "blank"), [([7], True), ([0, 9], True), ([0, 4, 9], False)])
def test_an_image_without_anatomy_has_no_digest_of_its_pixels(values, blank):
    image = mr_image()
    image.PixelData = np.resize(np.array(values, "<u2"), 192).tobytes()
    assert (row(image)["pixel_digest"] == "") == blank


def test_an_orientation_with_commas_is_unknown_and_the_image_stays(tmp_path):
    image = mr_image(ImageOrientationPatient=["0.1", "0.9", "0", "0", "0", "-1"])
    content = written(image).replace(b"0.1\\0.9", b"0,1\\0,9")
    (tmp_path / "1").write_bytes(content)
    (header,) = read_headers(tmp_path, [Stamp("1", len(content))])
    assert (header.instance, header.plane) == (image.SOPInstanceUID, "")
    assert cleaning.deidentify_file(content, settings(), {}).record["orientation"] is None

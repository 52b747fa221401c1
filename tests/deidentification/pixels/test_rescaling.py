"""A slope or an intercept that leaves nothing of an image rejects it; one without a value says nothing."""

import pytest
from mr_files import deidentified, enhanced_mr_image, mr_image, read, written
from pydicom.dataset import Dataset
from pydicom.sequence import Sequence

from discgrade.deidentification.files.contents import RejectedError
from discgrade.imaging.dicom import grey_values


def with_slope(slope: str, frame: int) -> Dataset:
    """Return a multi-frame image with a rescale slope for one frame, or for all of them (0)."""
    image, macro = enhanced_mr_image(RescaleSlope=None, RescaleIntercept=None), Dataset()
    macro.RescaleSlope, macro.RescaleIntercept = slope, "0"
    groups = image.PerFrameFunctionalGroupsSequence[frame - 1] if frame else image.SharedFunctionalGroupsSequence[0]
    groups.PixelValueTransformationSequence = Sequence([macro])
    return image


@pytest.mark.parametrize("slope", ["0", "0.0", "-0", "0e5"])
def test_a_slope_of_nothing_rejects_the_file(slope):
    with pytest.raises(RejectedError, match="Rescale Slope 0"):
        deidentified(mr_image(RescaleSlope=slope))


@pytest.mark.parametrize("frame", [0, 1, 2])
def test_so_does_one_of_a_frame(frame):
    with pytest.raises(RejectedError, match="Rescale Slope 0"):
        deidentified(with_slope("0", frame))
    assert deidentified(with_slope("2", frame)).NumberOfFrames == 2


@pytest.mark.parametrize(("slope", "intercept"), [("1e-60", "1"), ("0.0001", "9999999")])
def test_a_step_that_is_lost_beside_the_intercept_rejects_the_file(slope, intercept):
    with pytest.raises(RejectedError, match="Rescale Intercept too large for the slope"):
        deidentified(mr_image(RescaleSlope=slope, RescaleIntercept=intercept))


@pytest.mark.parametrize("changes", [{"RescaleSlope": "-1"}, {"RescaleIntercept": "-1024"}, {"RescaleSlope": "0.001"}])
def test_a_usual_rescaling_stays(changes):
    image = mr_image(**changes)
    assert grey_values(deidentified(image)).std() == pytest.approx(grey_values(read(written(image))).std())


@pytest.mark.parametrize(
    "empty", [{"RescaleSlope": ""}, {"RescaleIntercept": ""}, {"RescaleSlope": "", "RescaleIntercept": ""}]
)
def test_a_rescaling_without_a_value_is_none(empty):
    whole = {"RescaleSlope": "1", "RescaleIntercept": "0"}
    assert (grey_values(deidentified(mr_image(**whole | empty))) == grey_values(deidentified(mr_image(**whole)))).all()

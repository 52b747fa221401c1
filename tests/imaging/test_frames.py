"""What headers of classic and enhanced images say of their slices."""

import pytest
from pydicom.dataset import Dataset
from scans import header

from discgrade.imaging.frames import frames


def item(**values):
    dataset = Dataset()
    for keyword, value in values.items():
        setattr(dataset, keyword, value)
    return dataset


def test_a_classic_image_is_one_slice_with_its_weighting():
    (one,) = frames(header(7, SeriesDescription="t2_tse_sag", ProtocolName="LWS"), "a/7.dcm")
    assert (one.path, one.frame, one.order, one.rows, one.columns) == ("a/7.dcm", 1, (7, 1), 16, 12)
    assert one.weighting.echo_time == 102
    assert one.weighting.repetition_time == 3500
    assert one.weighting.sequence == ("SE",)
    assert one.weighting.description == "t2_tse_sag LWS"
    assert one.position == pytest.approx((0.8, -50, 60))


def test_an_enhanced_image_is_many_slices_each_with_its_own_place_and_times():
    enhanced = header(NumberOfFrames=2, EchoTime=None, RepetitionTime=None, ScanningSequence=None, PixelSpacing=None)
    enhanced.EchoPulseSequence = "SPIN"
    timing = item(RepetitionTime=4100.0)
    measures = item(PixelSpacing=[0.5, 0.6])
    enhanced.SharedFunctionalGroupsSequence = [
        item(MRTimingAndRelatedParametersSequence=[timing], PixelMeasuresSequence=[measures])
    ]
    enhanced.PerFrameFunctionalGroupsSequence = [
        item(
            MREchoSequence=[item(EffectiveEchoTime=echo)],
            PlanePositionSequence=[item(ImagePositionPatient=[x, 0.0, 0.0])],
            FrameVOILUTSequence=[item(WindowCenter=300.0, WindowWidth=600.0)],
        )
        for echo, x in ((12.0, -4.0), (98.0, 4.0))
    ]
    first, second = frames(enhanced, "x")
    assert [one.weighting.echo_time for one in (first, second)] == [12, 98]
    assert [one.position[0] for one in (first, second)] == [-4, 4]
    assert second.weighting.repetition_time == 4100
    assert second.weighting.sequence == ("SE",)
    assert (second.row_spacing, second.column_spacing) == (0.5, 0.6)
    assert second.window == (300, 600)


@pytest.mark.parametrize(
    ("keyword", "value"),
    [("Rows", None), ("Rows", 0), ("PhotometricInterpretation", "RGB"), ("PhotometricInterpretation", None)],
)
def test_what_is_no_grey_image_has_no_slices(keyword, value):
    assert frames(header(**{keyword: value}), "x") == []


def test_a_number_that_cannot_be_read_is_unknown():
    dataset = header(EchoTime=None, WindowCenter=500, WindowWidth=0)
    dataset.add_new("RepetitionTime", "LO", "long")
    (one,) = frames(dataset, "x")
    assert one.weighting.echo_time is None
    assert one.weighting.repetition_time is None
    assert one.window is None


def test_a_false_number_of_frames_is_bounded():
    assert len(frames(header(NumberOfFrames=2_000_000_000), "x")) == 4096


def test_a_spacing_of_zero_is_unknown():
    (one,) = frames(header(PixelSpacing=[0.0, 0.0]), "x")
    assert one.row_spacing is None

"""Which series is the sagittal T2, and why."""

import pytest
from scans import AXIAL, CORONAL, SAGITTAL, header

from discgrade.imaging.frames import frames
from discgrade.imaging.series import choose
from discgrade.imaging.stacks import stacks

T1 = {"SeriesNumber": 2, "EchoTime": 11, "RepetitionTime": 550, "SeriesDescription": "t1_tse_sag"}
AXIAL_T2 = {"SeriesNumber": 4, "ImageOrientationPatient": list(AXIAL), "SeriesDescription": "t2_tse_tra"}
STIR = {"SeriesNumber": 5, "InversionTime": 160, "EchoTime": 65, "SeriesDescription": "tirm_sag"}


def choice(*series, slices=9):
    made = [header(number, **one) for one in series for number in range(1, slices + 1)]
    return choose(stacks([one for place, dataset in enumerate(made) for one in frames(dataset, f"{place:04d}")]))


def test_the_one_sagittal_t2_series_of_a_usual_study():
    found = choice(T1, {"SeriesNumber": 3}, AXIAL_T2, STIR)
    assert (found.number, found.rivals) == (1, ())
    assert "echo time 102 ms" in found.reasons[1]
    assert "T2-weighted" in found.reasons[1]
    assert "echo time 11 ms" in found.reasons[0]
    assert "axial" in found.reasons[2]
    assert "inversion" in found.reasons[3]


def test_physics_counts_before_the_description():
    lying = {"SeriesNumber": 2, "EchoTime": 10, "RepetitionTime": 500, "SeriesDescription": "T2 sag LWS"}
    silent = {"SeriesNumber": 3, "SeriesDescription": "T1"}
    found = choice(lying, silent)
    assert found.number == 1


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"ScanningSequence": "GR"}, "gradient echo"),
        ({"ScanningSequence": ["SE", "EP"]}, "echo planar"),
        ({"ScanningSequence": ["SE", "IR"]}, "inversion"),
        ({"InversionTime": 150}, "inversion"),
        ({"EchoTime": 30}, "echo time 30 ms"),
        ({"EchoTime": 900}, "echo time 900 ms"),
        ({"RepetitionTime": 600}, "repetition time 600 ms"),
        ({"ImageOrientationPatient": list(CORONAL)}, "coronal"),
        ({"ImageOrientationPatient": [0.6428, 0.766, 0, 0, 0, -1]}, "40 degrees"),
        ({"Modality": "CT"}, "no MR image"),
        ({"ImageOrientationPatient": None, "SeriesDescription": "t2 tse"}, "no direction"),
        ({"EchoTime": None, "SeriesDescription": "sag tse"}, "no echo time"),
        ({"EchoTime": None, "SeriesDescription": "t2 stir sag"}, "no echo time"),
        ({"EchoTime": None, "SeriesDescription": "t2* sag"}, "no echo time"),
    ],
)
def test_a_study_without_a_sagittal_t2_series_has_none_and_says_why(changes, words):
    found = choice(changes)
    assert found.number is None
    assert words in found.reasons[0]


@pytest.mark.parametrize("angle", [[0.3420, 0.9397, 0, 0, 0, -1], [0, 1, 0, 0.2588, 0, -0.9659]])
def test_an_oblique_one_is_taken(angle):
    assert choice({"ImageOrientationPatient": angle}).number == 0


def test_the_description_decides_where_the_header_says_nothing():
    silent = {"EchoTime": None, "RepetitionTime": None, "ImageOrientationPatient": None}
    found = choice(silent | {"SeriesNumber": 1, "SeriesDescription": "T1 SAG"}, silent | {"SeriesNumber": 2})
    assert found.number == 1
    assert found.reasons[1] == "sagittal by its description, T2-weighted by its description"


def test_two_equal_series_are_rivals_and_the_first_is_taken():
    found = choice({"SeriesNumber": 3}, {"SeriesNumber": 6})
    assert (found.number, found.rivals) == (0, (1,))


@pytest.mark.parametrize(
    "worse",
    [
        {"ScanOptions": "FS"},
        {"ImageType": ["DERIVED", "SECONDARY"]},
        {"SeriesDescription": "t2 sag HWS", "BodyPartExamined": "CSPINE"},
        {"SeriesDescription": "localizer"},
        {"EchoTime": None},
    ],
)
def test_the_better_of_two_is_no_rival_of_the_worse(worse):
    found = choice(worse | {"SeriesNumber": 2}, {"SeriesNumber": 3})
    assert (found.number, found.rivals) == (1, ())


def test_a_few_slices_are_no_rival_of_many():
    few = [header(number, SeriesNumber=1) for number in (1, 2, 3)]
    many = [header(number, SeriesNumber=2) for number in range(1, 16)]
    found = choose(stacks([one for n, dataset in enumerate(few + many) for one in frames(dataset, str(n))]))
    assert (found.number, found.rivals) == (1, ())


def test_no_images_no_series():
    assert choose([]).number is None


def test_sagittal_is_a_direction_of_the_patient_not_of_the_picture():
    feet_up = [0.0, -SAGITTAL[1], 0.0, 0.0, 0.0, 1.0]
    assert choice({"ImageOrientationPatient": feet_up}).number == 0

"""Sex, age and field strength: what scanners and secretaries write, read as what it means or not at all."""

import pytest
from mr_files import deidentified, mr_image, settings, written

from discgrade.deidentification.elements.characteristics import age_between, sex, written_age, years
from discgrade.deidentification.files import cleaning
from discgrade.imaging.scanners import tesla


def row(**changes: object) -> dict[str, object]:
    return cleaning.deidentify_file(written(mr_image(**changes)), settings(), {}).record


@pytest.mark.parametrize(
    ("age", "kept"),
    [
        ("054Y", "054Y"),
        ("089Y", "089Y"),
        ("090Y", "090Y"),
        ("101Y", "090Y"),
        ("006M", "006M"),
        ("54Y", "054Y"),
        ("58", "058Y"),
        ("058", "058Y"),
        ("58y", "058Y"),
        ("58 Y", "058Y"),
        ("58J", "058Y"),
        ("58.5Y", "058Y"),
        ("7Y", "007Y"),
        ("000Y", None),
        ("130Y", None),
        ("999Y", None),
        ("-58Y", None),
        ("1958", None),
        ("58Q", None),
        ("old", None),
        ("", None),
    ],
)
def test_an_age_is_three_digits_and_a_unit_and_at_most_ninety_years(age, kept):
    assert written_age(age) == kept


def test_an_age_in_months_is_a_fraction_of_years():
    assert years("018M") == 1.5
    assert years("") is None


@pytest.mark.parametrize(
    ("birth", "day", "age"),
    [
        ("19600507", "20190304", "058Y"),
        ("19600304", "20190304", "059Y"),
        ("19600305", "20190304", "058Y"),
        ("1960.05.07", "20190304", "058Y"),
        ("20000229", "20020228", "001Y"),
        ("20000229", "20010228", None),
        ("19250507", "20190304", "090Y"),
        ("18250507", "20190304", None),
        ("20200101", "20190304", None),
        ("19000101", "20190304", None),
        ("1960", "20190304", None),
        ("19600507", "", None),
        ("", "20190304", None),
    ],
)
def test_an_age_is_counted_in_birthdays(birth, day, age):
    assert age_between(birth, day) == age


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("F", "F"),
        ("W", "F"),
        ("female", "F"),
        ("Weiblich ", "F"),
        ("M", "M"),
        ("männlich", "M"),
        ("MALE", "M"),
        ("D", "O"),
    ]
    + [(text, None) for text in ("", "U", "X", "H", "FM", "1", "Miller")],
)
def test_a_sex_is_a_word_that_means_one(text, code):
    assert sex(text) == code


@pytest.mark.parametrize(
    ("written", "read"),
    [(1.5, 1.5), (1.494, 1.494), (0.2, 0.2), (7, 7), (15000, 1.5), (30000, 3), (10000, 1), (15, 15)]
    + [(impossible, None) for impossible in (0, -1.5, 1500, 63.87, 3000, 1e6)],
)
def test_a_field_strength_is_in_tesla_or_gauss_or_unknown(written, read):
    assert tesla(written) == read


def test_a_missing_age_is_computed_before_the_dates_go():
    image = deidentified(mr_image(PatientAge=None, PatientBirthDate="19600507", StudyDate="20190304"))
    assert (image.PatientAge, image.PatientBirthDate) == ("058Y", "")
    assert row(PatientAge="", PatientBirthDate="19200507", StudyDate="20190304")["age"] == 90
    assert row(PatientAge="old", StudyDate="", SeriesDate="20190311")["age"] == 53


def test_a_written_age_comes_before_a_computed_one():
    assert row(PatientAge="047Y", PatientBirthDate="19600507")["age"] == 47


def test_no_age_is_computed_where_none_is_kept():
    image = deidentified(mr_image(PatientAge=None), sex_and_age=False)
    assert "PatientAge" not in image


def test_what_is_not_understood_is_noted():
    exported = cleaning.deidentify_file(
        written(mr_image(PatientSex="X", PatientAge="old", PatientBirthDate="", MagneticFieldStrength="1500")),
        settings(), {},
    )  # fmt: skip
    assert exported.unread == ("sex", "age", "field_strength")
    assert [exported.record[name] for name in exported.unread] == [None] * 3
    assert cleaning.deidentify_file(written(mr_image()), settings(), {}).unread == ()
    withheld = cleaning.deidentify_file(written(mr_image()), settings(sex_and_age=False), {})
    assert withheld.unread == ()


def test_a_spacing_with_a_comma_is_unknown_and_noted():
    image = written(mr_image(PixelSpacing=["0.55", "1.05"])).replace(b"0.55\\1.05", b"0,55\\1,05")
    exported = cleaning.deidentify_file(image, settings(), {})
    assert (exported.record["row_spacing"], exported.unread) == (None, ("row_spacing",))

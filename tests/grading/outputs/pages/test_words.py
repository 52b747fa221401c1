"""What pages say in words."""

from dataclasses import replace

import pytest

from discgrade.grading.outputs.pages import words


@pytest.mark.parametrize(
    ("written", "said"), [("2012-03-04", "4 March 2012"), (None, "no date"), ("2012-13-40", "2012-13-40")]
)
def test_a_date_in_words(written, said):
    assert words.day(written) == said


@pytest.mark.parametrize(
    ("share", "said"), [(0, "0 %"), (0.001, "<1 %"), (0.126, "13 %"), (0.9999, ">99 %"), (1, "100 %")]
)
def test_a_share_is_never_rounded_to_certainty(share, said):
    assert words.percent(share) == said


@pytest.mark.parametrize(("numbers", "said"), [((), "–"), ((3,), "3"), ((2, 3), "2 or 3"), ((1, 2, 3), "1, 2 or 3")])
def test_a_set_in_words(numbers, said):
    assert words.grades_of(numbers) == said


@pytest.mark.parametrize("hostile", ["a\u202eb", "a\x00b", "a\u200bb", "a\x1b[31mb"])
def test_characters_that_control_others_are_shown_as_such(hostile):
    assert words.clean(hostile).startswith("a\ufffd")


def test_a_text_that_is_no_unicode_can_be_shown():
    assert words.clean("M\udcfcller").encode() == b"M?ller"


def test_a_flag_that_nobody_knows_is_shown_by_its_kind():
    assert words.flag_title("some_thing_new") == "Some thing new"


def test_a_bundle_without_calibration_promises_nothing(facts):
    assert "90 %" in words.coverage(facts)
    changed = type(facts)(**{**vars(facts), "calibration": None})
    assert "not calibrated" in words.coverage(changed)


@pytest.mark.parametrize("decoding", ["cuts", "median", "mean"])
def test_a_grade_that_may_not_be_the_most_probable_one_says_so(facts, decoding):
    """Else a bar that is longer than the grade's would look like a mistake."""
    assert "another than the most probable one" in words.coverage(replace(facts, decoding=decoding))
    assert "another than" not in words.coverage(replace(facts, decoding="argmax"))

"""Series of a study: two that fit equally well, another one taken and given back; notes on the study."""

import pytest
from playwright.sync_api import expect
from rating_browser import sit
from scans import series

pytestmark = pytest.mark.ci


@pytest.fixture
def two(serving, tmp_path):
    """A study with two sagittal T2 series of five slices each; the second has other grey values."""
    for number in (3, 4):
        described = {
            "SeriesNumber": number,
            "SeriesDescription": f"t2_tse_sag_{number}",
            "RescaleIntercept": 1000 * number,
        }
        series(tmp_path / "scans", 5, **described)
    return serving(tmp_path / "scans")


@pytest.fixture
def seat(browser, two):
    found = sit(browser, two.address())
    found.ready()
    yield found
    assert found.faults == []


def grey(seat):
    """Return the grey value that the page tells of the middle of the picture."""
    seat.drawn()
    frame = seat.page.locator("#stage").bounding_box()
    seat.to(frame["width"] / 2 + 1, frame["height"] / 2 + 1)
    return float(seat.page.locator("#grey").inner_text().rpartition(" ")[2])


def test_two_series_to_choose_from_are_said_and_both_can_be_read(seat, two):
    expect(seat.page.locator("#problems")).to_contain_text("Several series fit equally well")
    seat.page.get_by_text("Study and series").click()
    options = seat.page.locator("#series option").all_inner_texts()
    assert [text.rpartition("· ")[2] for text in options] == ["t2_tse_sag_3 (chosen)", "t2_tse_sag_4"]
    first = grey(seat)
    seat.page.locator("#series").select_option("1")
    seat.saved()
    assert grey(seat) == first + 1000
    seat.page.locator("#stage").focus()
    seat.press("PageDown", "b")
    seat.saved()
    image, _ = two.reading()[1].slice
    (study,) = two.study.desk.studies.values()
    assert study.places[image, 1][0] == 1
    assert two.reading()[1].discs[0].mark.instance == image


def test_undo_of_another_series_leads_back_however_much_was_leafed_through(seat, two):
    seat.press("PageUp")
    seat.page.get_by_text("Study and series").click()
    seat.page.locator("#series").select_option("1")
    seat.saved()
    seat.page.locator("#stage").focus()
    seat.press("PageDown", "PageDown")
    seat.page.wait_for_timeout(500)
    seat.saved()
    seat.press("z")
    seat.saved()
    expect(seat.page.locator("#told")).to_have_text("Taken back: series")
    expect(seat.page.locator("#place")).to_have_text("Slice 2 of 5")
    expect(seat.page.locator("#series")).to_have_value("0")
    seat.press("z")
    expect(seat.page.locator("#told")).to_have_text("Nothing to undo")
    seat.press("y")
    expect(seat.page.locator("#place")).to_have_text("Slice 3 of 5")
    expect(seat.page.locator("#series")).to_have_value("1")


def test_a_series_is_chosen_by_keyboard_where_none_was(browser, serving, tmp_path):
    series(tmp_path / "scans", 3, EchoTime="10", RepetitionTime="500")
    served = serving(tmp_path / "scans")
    seat = sit(browser, served.address())
    seat.page.wait_for_selector("#work:not([hidden])")
    seat.press("Enter", "ArrowDown", "Enter")
    expect(seat.page.locator("#place")).to_have_text("Slice 2 of 3")
    seat.press("Enter", "2")
    seat.saved()
    assert served.reading()[1].discs[0].done


def test_a_note_on_the_study_is_kept(browser, seat, two):
    seat.page.get_by_text("Study and series").click()
    seat.page.get_by_label("Note on this study, stays private").fill("scoliosis; see the coronal one")
    seat.page.get_by_label("Note on this study, stays private").blur()
    seat.saved()
    assert two.reading()[1].note == "scoliosis; see the coronal one"
    assert [disc.note for disc in two.reading()[1].discs] == ["", ""]
    seat.page.reload()
    seat.ready()
    assert seat.page.locator("#study-note").input_value() == "scoliosis; see the coronal one"

"""The picture: true grey values, square pixels, window, size, orientation, and what is said where there is none."""

import numpy as np
import pytest
from playwright.sync_api import expect
from rating_browser import sit
from scans import header, save, series

pytestmark = pytest.mark.ci


def pixel(seat, x, y):
    """Return the shade that the screen shows at a point of the stage."""
    script = """([x, y]) => {
        const sharp = devicePixelRatio;
        return document.querySelector('#canvas').getContext('2d').getImageData(x * sharp, y * sharp, 1, 1).data[0];
    }"""
    seat.drawn()
    return seat.page.evaluate(script, [x, y])


@pytest.fixture
def small(browser, serving, tmp_path):
    """Three slices of 16 rows and 12 columns, a row twice as far from the next as a column."""
    series(tmp_path / "scans", 3, PixelSpacing=[1.4, 0.7], PixelRepresentation=0)
    found = sit(browser, serving(tmp_path / "scans").address())
    found.page.wait_for_selector("#overlay .box.ghost")
    return found


def test_the_values_under_the_pointer_are_those_of_the_file(small):
    frame = small.page.locator("#stage").bounding_box()
    scale = frame["height"] / (16 * 1.4)
    left = frame["width"] / 2 - 6 * 0.7 * scale
    for row, column in ((0, 0), (3, 7), (15, 11)):
        small.to(left + (column + 0.5) * 0.7 * scale, (row + 0.5) * 1.4 * scale)
        assert small.page.locator("#grey").inner_text() == f"column {column}, row {row}: {12 * row + column}"


def test_pixels_are_as_wide_and_high_as_the_spacing_says(small):
    small.drag((400, 200), (500, 400))
    small.saved()
    (drawn,) = small.rects("held")
    frame = small.page.locator("#stage").bounding_box()
    along = frame["height"] / (16 * 1.4) * 0.7
    assert drawn["width"] / along == pytest.approx(round(drawn["width"] / along), abs=0.01)
    assert drawn["height"] / (2 * along) == pytest.approx(round(drawn["height"] / (2 * along)), abs=0.01)


def test_orientation_is_marked(seat):
    assert [seat.page.locator(f'.letter[data-side="{side}"]').inner_text() for side in ("left", "right", "top")] == [
        "A",
        "P",
        "H",
    ]


def test_a_drag_of_the_right_button_changes_the_window_and_a_double_click_resets_it(seat):
    place = (560, 300)
    before = pixel(seat, *place)
    seat.drag((300, 200), (300, 330), button="right")
    assert pixel(seat, *place) > before
    left, upper = seat.corner()
    seat.page.mouse.dblclick(left + 300, upper + 200)
    assert pixel(seat, *place) == before


def test_the_picture_is_enlarged_about_the_pointer_and_fits_again(seat):
    (before,) = seat.rects("ghost")
    middle = (before["x"] + before["width"] / 2, before["y"] + before["height"] / 2)
    seat.to(*middle)
    seat.page.keyboard.down("Control")
    seat.page.mouse.wheel(0, -100)
    seat.page.keyboard.up("Control")
    seat.until(lambda: seat.rects("ghost") != [before])
    (after,) = seat.rects("ghost")
    assert after["width"] > 1.3 * before["width"]
    assert (after["x"] + after["width"] / 2, after["y"] + after["height"] / 2) == pytest.approx(middle, abs=1)
    seat.press("0")
    assert seat.rects("ghost") == [before]


def test_two_fingers_enlarge_about_what_lies_between_them_and_move_it(browser, served):
    seat = sit(browser, served.address(), has_touch=True)
    seat.ready()
    (before,) = seat.rects("ghost")
    middle = (before["x"] + before["width"] / 2, before["y"] + before["height"] / 2)
    touch(seat, [(-20, 0), (20, 0)], [(-30, 0), (30, 0)], [(-40, 0), (40, 0)], around=middle)
    (after,) = seat.rects("ghost")
    assert after["width"] == pytest.approx(2 * before["width"], rel=0.02)
    assert (after["x"] + after["width"] / 2, after["y"] + after["height"] / 2) == pytest.approx(middle, abs=2)
    touch(seat, [(-40, 0), (40, 0)], [(-40, 30), (40, 30)], around=middle)
    (moved,) = seat.rects("ghost")
    assert (moved["x"], moved["y"], moved["width"]) == pytest.approx(
        (after["x"], after["y"] + 30, after["width"]), abs=2
    )
    seat.saved()
    assert served.reading()[1].discs[0].mark is None


def touch(seat, *steps, around):
    """Put fingers on the stage, at places around a point of it, move them, and take them off."""
    session = seat.page.context.new_cdp_session(seat.page)
    left, upper = (a + b for a, b in zip(seat.corner(), around, strict=True))
    for kind, step in (("touchStart", steps[0]), *(("touchMove", step) for step in steps[1:]), ("touchEnd", ())):
        points = [{"x": left + x, "y": upper + y, "id": number} for number, (x, y) in enumerate(step)]
        session.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})


def test_the_tool_move_moves_the_picture_and_draws_nothing(seat, served):
    (before,) = seat.rects("ghost")
    seat.page.get_by_role("button", name="Move", exact=True).click()
    seat.drag((300, 200), (380, 170))
    (after,) = seat.rects("ghost")
    assert after == pytest.approx(before | {"x": before["x"] + 80, "y": before["y"] - 30}, abs=1)
    seat.saved()
    assert served.reading()[1].discs[0].mark is None
    seat.page.get_by_role("button", name="Box", exact=True).click()
    seat.drag((300, 300), (420, 380))
    seat.saved()
    assert served.reading()[1].discs[0].mark is not None


def test_more_contrast_is_the_same_on_every_slice(browser, serving, tmp_path):
    for number in (1, 2, 3):
        dark = header(number, PixelRepresentation=0)
        save(tmp_path / "scans" / f"{number}.dcm", dark, np.arange(192, dtype="<u2").reshape(16, 12) * number)
    seat = sit(browser, serving(tmp_path / "scans").address())
    seat.ready()
    preset = seat.page.get_by_label("Window preset")
    shades = []
    for keys in (["Home"], ["PageDown"], ["PageUp"]):
        seat.press(*keys)
        seat.drawn()
        for label in ("Suits the slice", "More contrast") if keys != ["PageUp"] else ():
            preset.select_option(label=label)
        shades.append(pixel(seat, 400, 400))
    assert 0 < shades[0] < shades[1]
    assert shades[2] == shades[0]


def test_each_disc_is_enlarged_from_study_to_study_until_told_otherwise(seat):
    (small,) = seat.rects("ghost")
    seat.press("e", "Enter")
    seat.saved()
    (box,) = seat.rects("held")
    frame = seat.page.locator("#stage").bounding_box()
    middle = pytest.approx((frame["width"] / 2, frame["height"] / 2), abs=2)
    assert box["width"] > 1.5 * small["width"]
    assert (box["x"] + box["width"] / 2, box["y"] + box["height"] / 2) == middle
    seat.press("ArrowLeft", "3", "Enter", "Enter", "3", "Enter")
    seat.wait_progress("Study 2 of 3 · 1 finished")
    seat.ready()
    (ghost,) = seat.rects("ghost")
    assert (ghost["x"] + ghost["width"] / 2, ghost["y"] + ghost["height"] / 2) == middle
    seat.press("0")
    (whole,) = seat.rects("ghost")
    assert ghost["width"] > 1.5 * whole["width"]
    seat.press("0")
    assert seat.rects("ghost") == [whole]
    assert seat.page.get_by_role("button", name="Enlarge each disc").get_attribute("aria-pressed") == "false"


def test_a_preset_stays_for_the_next_study_and_leaves_black_black(browser, serving, tmp_path):
    for study in (1, 2):
        image = header(1, StudyInstanceUID=f"2.25.{study}", PatientID=f"{study}")
        save(tmp_path / "scans" / f"{study}.dcm", image, np.arange(192, dtype="<u2").reshape(16, 12))
    seat = sit(browser, serving(tmp_path / "scans").address())
    seat.ready()
    frame = seat.page.locator("#stage").bounding_box()
    places = [(frame["width"] / 2, share * frame["height"]) for share in (0.03, 0.5)]
    preset = seat.page.get_by_label("Window preset")
    suited = [pixel(seat, *place) for place in places]
    preset.select_option(label="More contrast")
    shades = [pixel(seat, *place) for place in places]
    assert shades[0] <= 2 * suited[0] < 30
    assert shades[1] > 1.5 * suited[1]
    seat.press("Enter", "3", "Enter", "Enter", "3", "Enter")
    seat.wait_progress("Study 2 of 2 · 1 finished")
    seat.ready()
    assert preset.locator("option:checked").inner_text() == "More contrast"
    assert [pixel(seat, *place) for place in places] == shades
    seat.press("r")
    assert [pixel(seat, *place) for place in places] == suited
    assert preset.locator("option:checked").inner_text() == "Suits the slice"


def test_the_wheel_leafs(seat):
    before = int(seat.page.locator("#place").inner_text().split()[1])
    seat.to(300, 300)
    seat.page.mouse.wheel(0, 120)
    expect(seat.page.locator("#place")).to_contain_text(f"Slice {before + 2} ")


def test_a_study_without_t2_says_so_and_the_others_are_read(browser, serving, tmp_path):
    series(tmp_path / "scans" / "a", 3, StudyInstanceUID="2.25.1", EchoTime="10", RepetitionTime="500",
           SeriesDescription="<img src=x onerror=document.title='hit'>")  # fmt: skip
    served = serving(tmp_path / "scans")
    seat = sit(browser, served.address())
    seat.page.wait_for_selector("#work:not([hidden])")
    assert "T2" in seat.page.locator("#problems").inner_text()
    seat.page.get_by_text("Study and series").click()
    assert "<img src=x" in seat.page.locator("#series").inner_text()
    assert seat.page.get_by_role("button", name="Choose a series").is_visible()
    assert seat.page.title() == "discgrade"
    seat.page.get_by_role("button", name="Cannot be read at all").click()
    seat.press("Enter")
    expect(seat.page.locator("#aside-reason")).to_contain_text("Cannot be read")
    seat.saved()
    assert served.reading()[1].aside.reason == "no_t2"


def test_a_broken_slice_is_said_and_the_next_one_shown(browser, serving, tmp_path):
    files = series(tmp_path / "scans", 3)
    dataset = header(2)
    save(files[1], dataset)
    files[1].write_bytes(files[1].read_bytes()[:-200])
    seat = sit(browser, serving(tmp_path / "scans").address())
    expect(seat.page.locator("#nothing")).to_contain_text("cannot be shown")
    seat.press("PageDown")
    seat.page.wait_for_selector("#nothing", state="hidden")

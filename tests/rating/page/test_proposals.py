"""`discgrade rate --locator BUNDLE` in the browser: boxes to start from, and what is kept of them."""

import csv

import pytest
from playwright.sync_api import expect
from rate_server import discgrade, serving
from rating_browser import shoot, sit
from tiny_locator import BOXES, spine_study, write_locating

pytestmark = pytest.mark.ci


def test_the_found_box_is_offered_and_taken_with_two_keys(browser, tmp_path):
    scans, study = tmp_path / "scans", tmp_path / "private"
    spine_study(scans, "100", (2, 8, 4, 0, 0, 0, 0))
    bundle = write_locating(tmp_path / "bundle")
    with serving(scans, study, "--locator", bundle) as server:
        seat = sit(browser, server.addresses[0])
        seat.ready()
        seat.page.wait_for_selector("#overlay .box.ghost")
        expect(seat.page.locator("#place")).to_have_text("Slice 2 of 7")
        shoot(seat, "proposal")
        for _ in range(3):
            seat.press("Enter", "3", "Enter")
            seat.saved()
        assert not any("probab" in text or "locator" in text for _, text in seat.heard)
        assert seat.faults == []
        seat.page.context.close()
    done = discgrade("rate", "export", "--study", study)
    assert done.returncode == 0, done.stderr
    with (study / "readings.csv").open(newline="") as file:
        rows = {row["level"]: row for row in csv.DictReader(file)}
    for level in ("L5/S1", "L4/L5", "L3/L4"):
        assert float(rows[level]["x"]) == pytest.approx(BOXES[level].x, abs=3)
        assert float(rows[level]["y"]) == pytest.approx(BOXES[level].y, abs=3)
    assert any("+locator." in value for value in rows["L4/L5"].values())
    assert "a network that knows no grades" in (study / "readings.methods.md").read_text()


def test_a_bundle_without_a_locator_is_refused(tmp_path, tiny_bundle, scans):
    done = discgrade("rate", scans, "--study", tmp_path / "private", "--locator", tiny_bundle)
    assert done.returncode != 0
    assert "holds no locator" in done.stderr

"""Tests for discgrade.imaging.locating.trust."""

from discgrade.imaging.locating.facts import Expected, LocatorFacts
from discgrade.imaging.locating.trust import Trusted, read_trusted, write_trusted


def test_what_is_written_is_read(tmp_path):
    low, top = (
        Expected((50.0, 2.0), (40.0, 3.0), (0.5, 2.0), (35.0, 4.0)),
        Expected((50.0, 2.0), (40.0, 3.0), None, None),
    )
    used = Trusted(LocatorFacts(128, 2.2, 32, ("L5/S1", "L4/L5"), (low, top), 0.51), 0.02)
    write_trusted(used, tmp_path / "locator.json")
    assert read_trusted(tmp_path / "locator.json") == used

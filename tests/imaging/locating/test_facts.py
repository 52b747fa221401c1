"""Tests for discgrade.imaging.locating.facts."""

from discgrade.imaging.locating.facts import Expected, LocatorFacts, read_facts, write_facts


def test_facts_are_read_as_they_were_written(tmp_path):
    low = Expected((57.5, 8.0), (54.0, 10.25), (-3.0, 4.0), (31.0, 4.0))
    top = Expected((57.5, 8.0), (54.0, 10.25), None, None)
    facts = LocatorFacts(128, 2.2, 32, ("L5/S1", "L4/L5"), (low, top), 0.625)
    write_facts(facts, tmp_path / "locator.json")
    assert read_facts(tmp_path / "locator.json") == facts

"""Tests for discgrade.learning.localisation.gathering."""

import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pytest
from found_boxes import gathered

from discgrade.imaging.locating.trust import read_trusted
from discgrade.learning.localisation.gathering import BoxFiles, gather_boxes, overlap


def test_overlap_is_intersection_over_union():
    rows = [
        {"x": 0, "y": 0, "width": 2, "height": 2, "found_x": 1, "found_y": 0, "found_width": 2, "found_height": 2},
        {"x": 0, "y": 0, "width": 2, "height": 2, "found_x": 0, "found_y": 0, "found_width": 2, "found_height": 2},
        {"x": 0, "y": 0, "width": 2, "height": 2, "found_x": 3, "found_y": 3, "found_width": 2, "found_height": 2},
        {"x": 0, "y": 0, "width": 2, "height": 2} | {f"found_{name}": np.nan for name in ("x", "y", "width", "height")},
    ]
    assert overlap(pd.DataFrame(rows)) == pytest.approx([1 / 3, 1, 0, 0])


def rows_of(files):
    return {row["disc"]: row for row in pq.read_table(files.boxes).to_pylist()}


def test_distances_are_told_in_mm_of_the_slice(tmp_path):
    files = gathered(tmp_path, 4)
    for row in rows_of(files).values():
        assert row["proposed"]
        assert (row["distance"], row["seen_distance"], row["box_distance"]) == (2, 2, 2)
        assert row["seen_as"] == row["level"]
        assert row["overlap"] == pytest.approx(36 / 44)
        assert row["probability"] == 0.95
    used = read_trusted(files.facts)
    assert (used.lapse, used.facts.threshold) == (0, 0.5)


def test_a_box_on_the_next_disc_is_found_at_the_wrong_level(tmp_path):
    # L4/L5 sits 30 mm too low, on L5/S1; that level was not seen.
    files = gathered(tmp_path, 200, {(0, "L4/L5"): 30.0, (0, "L5/S1"): None})
    low, high = (rows_of(files)[f"P00-{level}"] for level in ("L5/S1", "L4/L5"))
    assert (low["proposed"], low["seen_as"], low["seen_distance"]) == (False, "L4/L5", 0)
    assert (high["distance"], high["box_distance"]) == (30, 0)
    assert high["overlap"] == 0


def test_probabilities_are_those_of_the_network_times_the_share_that_is_right_however_sure_it_is(tmp_path):
    # Of 60 boxes, 0.95 sure, six lie on no disc of their level.
    files = gathered(tmp_path, 20, {(number, "L3/L4"): 20.0 for number in range(6)})
    used = read_trusted(files.facts)
    assert used.lapse == pytest.approx(1 - 0.9 / 0.95)
    assert used.facts.threshold * (1 - used.lapse) == pytest.approx(0.5)
    assert [row["probability"] for row in rows_of(files).values()] == pytest.approx([0.9] * 60)


def test_a_disc_that_nothing_looked_for_is_told(tmp_path):
    gathered(tmp_path, 2)
    pq.write_table(pq.read_table(tmp_path / "located.parquet").slice(1), tmp_path / "located.parquet")
    with pytest.raises(ValueError, match=r"1 discs were looked for by no training: \['P00-L5/S1'\]"):
        gather_again(tmp_path)


def gather_again(folder):
    gather_boxes(
        located=[folder / "located.parquet"],
        facts=folder / "facts.json",
        discs=folder / "discs.parquet",
        instances=[folder / "instances.parquet"],
        files=BoxFiles(folder / "boxes.parquet", folder / "locator.json"),
    )

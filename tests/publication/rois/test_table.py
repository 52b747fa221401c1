"""Discs, flagged regions, images and found boxes as one table."""

import pyarrow.compute as pc

from discgrade.publication.rois.table import regions
from discgrade.records import read, write
from discgrade.records.cohort.discs import DISCS

PATIENTS = 12


def test_regions_join_discs_images_and_flags(cohort):
    table = regions(cohort / "discs.parquet", cohort / "flagged.parquet", [cohort / "instances.parquet"])
    assert len(table) == 5 * PATIENTS
    assert set(table["unit"]) == {"mm"}
    flagged = table[table["flag"] != ""]
    assert "width and height swapped?" in flagged.set_index("disc").loc["P0-L2/L3", "flag"]


def test_discs_that_were_left_out_are_still_shown(cohort, tmp_path):
    discs = read(cohort / "discs.parquet", DISCS)
    write(discs.filter(pc.not_equal(discs["disc"], "P0-L2/L3")), DISCS, tmp_path / "discs.parquet")
    table = regions(tmp_path / "discs.parquet", cohort / "flagged.parquet", [cohort / "instances.parquet"])
    assert len(table) == 5 * PATIENTS
    assert table[table["flag"] != ""]["disc"].tolist() == ["P0-L2/L3"]


def test_found_boxes_stand_next_to_the_drawn_ones_where_they_are_proposed(cohort, boxes):
    instances = [cohort / "instances.parquet"]
    table = regions(cohort / "discs.parquet", cohort / "flagged.parquet", instances, boxes).set_index("disc")
    assert len(table) == 5 * PATIENTS
    assert table["found_x"].notna().sum() == 5 * (PATIENTS - 1)
    assert table.loc["P3-L4/L5", "found_x"] == table.loc["P3-L4/L5", "x"] + 4
    assert not table["is_found"].any()

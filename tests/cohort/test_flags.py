"""Listing the regions that look wrong, and the rows of the sheet that they are from."""

import csv
from pathlib import Path

import pytest
from small_cohorts import FIRST, MEDIAN, instance, reading

from discgrade import private
from discgrade.cohort.flags import flag_regions
from discgrade.cohort.shards import Shard
from discgrade.grades import LEVELS
from discgrade.records import read, write
from discgrade.records.cohort.export import EXCLUDED, INSTANCES, REJECTED
from discgrade.records.cohort.readings import RATINGS
from discgrade.records.cohort.regions import FLAGGED, ROIS

SPACING = {"row_spacing": 0.7, "column_spacing": 0.7, "rows": 384, "columns": 384}


def place(number: int, patient: int) -> dict[str, float]:
    return {
        "x": 170.0 + patient % 3,
        "y": 70.0 + 52 * number + patient % 2,
        "width": 71.0 + patient % 2,
        "height": 36.0,
    }


@pytest.fixture
def flag(tmp_path: Path):
    """A function that flags the regions of twelve patients, one of which is 10 px wide."""

    def run(reference=FIRST, rater="R1", sheet=True, turned="", boxes_too=True):
        rows = [
            reading(f"P{patient}", level, **place(number, patient), rater=rater)
            for patient in range(12)
            for number, level in enumerate(LEVELS)
        ]
        middle = {"x": rows[7]["x"] + rows[7]["width"] / 2 - 5, "y": rows[7]["y"] + rows[7]["height"] / 2 - 5}
        rows[7] |= middle | {"width": 10.0, "height": 10.0}
        for row in rows:
            if row["patient"] == turned and boxes_too:
                row["y"] = SPACING["rows"] - row["y"] - row["height"]
        shards, rois = [], []
        for number in range(2):
            own = [row for row in rows if int(row["patient"][1:]) % 2 == number]
            tables = {"ratings": (own, RATINGS), "rejected": ([], REJECTED), "excluded": ([], EXCLUDED)}
            people = sorted({row["patient"] for row in own})
            images = [
                instance(patient, **SPACING, orientation=[0, 1, 0, 0, 0, 1 if patient == turned else -1])
                for patient in people
            ]
            tables["instances"] = (images, INSTANCES)
            cut = {"pixels": b"\0\0", "rows": 1, "columns": 1, "offset": 0.0, "scale": 1.0, "outside": 0.0}
            tables["rois"] = (
                [dict.fromkeys(ROIS.names) | cut | {"disc": row["disc"]} for row in own],
                ROIS,
            )
            paths = {name: tmp_path / name / f"{number}.parquet" for name in tables}
            for name, (content, schema) in tables.items():
                write(content, schema, paths[name])
            rois.append(paths.pop("rois"))
            shards.append(Shard(f"{number}", **paths))
        if sheet:
            names = ("disc", "rater", "reading")
            told = [(*(row[name] for name in names), line, f"ID{line}", "Anna") for line, row in enumerate(rows, 2)]
            columns = (*names, "row", "patient_id", "rater_old")
            private.write_rows(tmp_path / "private" / "readings" / "0.csv", columns, told)
        destination = tmp_path / "flagged.parquet"
        flag_regions(
            shards=shards, rois=rois, reference=reference, private=tmp_path / "private", destination=destination
        )
        return read(destination, FLAGGED).to_pylist()

    return run


def listed(folder: Path) -> list[dict[str, str]]:
    with (folder / "private" / "flagged.csv").open(encoding="utf-8") as text:
        return list(csv.DictReader(text))


@pytest.mark.parametrize("reference", [FIRST, MEDIAN])
def test_a_flagged_region_is_listed_with_its_reasons_and_the_row_of_the_sheet(flag, tmp_path, reference):
    (found,) = flag(reference)
    assert found["disc"] == "P1-L3/L4"
    assert found["flag"].startswith("7 x 7 mm: no lumbar disc's region; ")
    assert "times the usual" in found["flag"]
    (row,) = listed(tmp_path)
    assert (row["row"], row["patient_id"], row["rater"]) == ("9", "ID9", "Anna")
    assert (row["disc"], row["flag"]) == ("P1-L3/L4", found["flag"])


def test_without_a_sheet_there_is_no_list_of_rows(flag, tmp_path):
    assert len(flag(sheet=False)) == 1
    assert not (tmp_path / "private").exists()


@pytest.mark.parametrize("boxes_too", [True, False])
def test_a_slice_stored_feet_up_is_flagged_only_if_its_regions_are_not(flag, boxes_too):
    flagged = [one for one in flag(turned="P3", boxes_too=boxes_too) if one["patient"] == "P3"]
    assert len(flagged) == (0 if boxes_too else len(LEVELS))
    assert all("its levels run from the feet to the head" in one["flag"] for one in flagged)


def test_no_disc_is_no_flag(flag):
    assert flag(rater="R2") == []

"""Sheets that name an image by its series and number, as RSNA's do, instead of its SOP Instance UID."""

from pathlib import Path

import pytest
from mr_files import mr_image, write_images
from readings import reading, write_sheet

from discgrade.deidentification.digests import Planned, plan_shards
from discgrade.deidentification.source import Source
from discgrade.readings.sheets.faults import SheetError
from discgrade.settings.model import Deidentify, Ratings

SETTINGS = Ratings("original", False, columns={"series_uid": "series_id"})


@pytest.fixture
def scans(tmp_path: Path) -> Path:
    images = {
        f"study/700{series}/{number}.dcm": mr_image(
            PatientID="4",
            StudyInstanceUID="1.3",
            SeriesInstanceUID=f"1.4.{series}",
            SOPInstanceUID=f"1.2.{series}.{number}",
            InstanceNumber=number + 10,
        )
        for series in (1, 2)
        for number in (1, 2)
    }
    return write_images(tmp_path / "scans", images)


def plan(scans: Path, tmp_path: Path, **changes: object) -> Planned:
    row = {name: value for name, value in reading(patient_id="4").items() if name != "sop_instance_uid"}
    sheet = write_sheet(tmp_path / "ratings.csv", [row | changes])
    return plan_shards(
        Source(scans, sheet),
        ["00"],
        private=tmp_path / "private",
        export=tmp_path / "export",
        deidentify=Deidentify(True, False, "keyed", False, ()),
        ratings=SETTINGS,
    )


@pytest.mark.parametrize(
    ("series", "number"), [("1.4.2", "11"), ("7002", "1"), ("1.4.1", "12")], ids=["header", "folder", "other"]
)
def test_series_and_number_name_an_image(scans: Path, tmp_path: Path, series: str, number: str) -> None:
    planned = plan(scans, tmp_path, series_id=series, instance_number=number)
    assert len(planned.readings) == 1


@pytest.mark.parametrize(("series", "number"), [("1.4.9", "11"), ("7002", "9"), ("", "1")])
def test_an_image_that_is_not_there_is_told(scans: Path, tmp_path: Path, series: str, number: str) -> None:
    with pytest.raises(SheetError, match="sop_instance_uid: should be an image of the source"):
        plan(scans, tmp_path, series_id=series, instance_number=number)

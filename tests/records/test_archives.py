"""Archives that say nothing of when they were made."""

from datetime import datetime
from io import BytesIO
from zipfile import ZIP_DEFLATED, ZipFile

import pytest
from docx import Document
from openpyxl import Workbook, load_workbook

from discgrade.records.archives import copy_undated, member


def document(day: datetime) -> BytesIO:
    made, written = Document(), BytesIO()
    made.add_paragraph("Discs: 2024-02-03T04:05:06Z")
    made.core_properties.created = made.core_properties.modified = day
    made.save(written)
    return written


def workbook(day: datetime) -> BytesIO:
    made, written = Workbook(), BytesIO()
    made.active["A1"] = "2024-02-03T04:05:06Z"
    made.properties.created = day
    made.save(written)
    return written


def copied(source: BytesIO) -> BytesIO:
    copy = BytesIO()
    copy_undated(source, copy)
    return copy


@pytest.mark.parametrize("made", [document, workbook])
def test_copies_of_what_was_saved_on_two_days_are_the_same(made):
    first, second = made(datetime(2019, 5, 31)), made(datetime(2026, 1, 2))
    assert first.getvalue() != second.getvalue()
    assert copied(first).getvalue() == copied(second).getvalue()
    with ZipFile(copied(first)) as archive:
        assert {info.date_time for info in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}
        assert archive.testzip() is None


def test_a_copy_says_what_the_original_says_dates_in_its_text_too():
    assert Document(copied(document(datetime(2019, 5, 31)))).paragraphs[0].text == "Discs: 2024-02-03T04:05:06Z"
    assert load_workbook(copied(workbook(datetime(2019, 5, 31)))).active["A1"].value == "2024-02-03T04:05:06Z"


def test_a_member_may_be_read_by_everybody_wherever_it_is_unpacked():
    info = member("folder/table.csv", ZIP_DEFLATED)
    assert (info.external_attr >> 16, info.create_system, info.compress_type) == (0o644, 3, ZIP_DEFLATED)

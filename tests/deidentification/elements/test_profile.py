"""Each attribute of Table E.1-1 gets the action of its row; whatever the table does not list is denied by default."""

import csv
from pathlib import Path

import pytest
from canaries import table_rows
from pydicom.datadict import DicomDictionary, dictionary_VR
from pydicom.tag import Tag

from discgrade.deidentification.elements import profile
from discgrade.deidentification.elements.profile import Action, Options, rule

TABLE = Path(profile.__file__).with_name(profile.TABLE)


def of(keyword: str, options: Options | None = None) -> Action:
    return rule(int(Tag(keyword)), options or Options()).action


def test_the_whole_table_is_in_use():
    with TABLE.open() as text:
        tags = [row["tag"] for row in csv.DictReader(text)]
    assert len(tags) == 656
    assert len(profile.table()) == 656 - 4  # three repeating groups and the row of private attributes


def test_rows_of_the_table_are_removed_unless_an_option_keeps_them():
    kept = {Action.UID, Action.RECURSE, Action.SHIFT, Action.DESCRIBE, Action.SEX, Action.AGE}
    for tag, _ in table_rows():
        listed = profile.table().get(tag)
        action = rule(tag).action
        if listed == "U":
            assert action is Action.UID
        elif listed == "X/Z/U*":
            assert action is Action.RECURSE
        elif action in kept:
            assert Tag(tag) in map(Tag, KEPT_BY_OPTION)
        else:
            assert action in (Action.REMOVE, Action.DROP)


KEPT_BY_OPTION = (
    "StudyDate", "SeriesDate", "AcquisitionDate", "ContentDate", "SeriesDescription", "ProtocolName", "PatientSex",
    "PatientAge",
)  # fmt: skip


@pytest.mark.parametrize("group", [0x0000, 0x0002, 0x0004, 0x0009, 0x5000, 0x6000, 0x7FE1, 0xFFFA, 0xFFFC])
def test_groups_that_describe_no_image_are_dropped(group):
    tags = [tag for tag in DicomDictionary if tag >> 16 == group] + [group << 16 | 0x3000, group << 16 | 0x0010]
    assert {rule(tag).action for tag in tags} == {Action.DROP}


@pytest.mark.parametrize("tag", [0x00080000, 0x00080001, 0x00100999])
def test_group_lengths_and_unknown_tags_are_dropped(tag):
    assert rule(tag).action is Action.DROP


def test_text_that_is_not_on_the_keep_list_is_removed():
    text = {"AE", "DA", "DT", "LO", "LT", "OB", "PN", "SH", "ST", "TM", "UC", "UN", "UR", "UT"}
    kept = {Action.TEXT, Action.DESCRIBE, Action.SHIFT}
    tags = [tag for tag in DicomDictionary if dictionary_VR(tag) in text and rule(tag).action in kept]
    assert len(tags) <= 20


def test_characteristics_are_options():
    assert of("PatientSex") is Action.SEX
    assert of("PatientWeight") is Action.REMOVE
    assert of("PatientSex", Options(sex_and_age=False)) is Action.REMOVE
    assert of("PatientWeight", Options(weight_and_size=True)) is Action.NUMBER
    assert of("PatientSize", Options(weight_and_size=True)) is Action.NUMBER
    assert of("EthnicGroup", Options(weight_and_size=True)) is Action.REMOVE


def test_geometry_and_technique_are_kept():
    assert of("EchoTime") is Action.NUMBER
    assert of("PixelSpacing") is Action.NUMBER
    assert of("ScanningSequence") is Action.TERM
    assert of("FrameOfReferenceUID") is Action.UID
    assert of("PerFrameFunctionalGroupsSequence") is Action.RECURSE

"""The sheet that comes out, and the text for the methods section."""

from dataclasses import replace

import pytest
from rating_study import LEVELS

from discgrade.rating import export, methods
from discgrade.rating.exporting import export_study, sheet_digest
from discgrade.readings.sheets import sheet
from discgrade.settings.groups.rating import Rating


def rows(study, **changes):
    settings = replace(study.settings, **changes)
    return [dict(zip(export.COLUMNS, row, strict=True)) for row in export.rows(study.store, settings)]


def test_a_disc_is_a_row_with_all_that_was_measured(study):
    page = study.page()
    item = page.worklist()["resume"]["item"]
    page.box(item, 1, x=1.25)
    page.act(item, "view", disc=1, seconds=30)
    study.clock.forward(minutes=2)
    page.act(item, "grade", disc=1, grade=4.3, seconds=12)
    (row,) = rows(study)
    assert (row["level"], row["x"], row["grade"], row["rater"], row["reading"]) == ("L4/L5", 1.25, 4.3, "Dr Main", 1)
    assert (row["seconds"], row["read_at"]) == (42.0, "2026-03-02T09:02:00.000+00:00")
    word = study.desk.work("Dr Main", item).study
    chosen = study.desk.studies[word]
    assert (row["patient_id"], row["sop_instance_uid"]) == (chosen.patient_id, chosen.stacks[0].slices[1].instance)


def test_the_version_keeps_its_marks_and_a_later_look_gives_none(study):
    page = study.page()
    item = page.worklist()["resume"]["item"]
    study.desk.version = "1.0+clock"
    page.box(item, 0)
    study.desk.version = "1.1"
    page.act(item, "grade", disc=0, grade=3)
    study.desk.version = "1.2+locator.0a1b"
    page.act(item, "view", disc=0, seconds=5)
    page.act(item, "grade", disc=0, grade=4)
    page.step("undo")
    (row,) = rows(study)
    assert (row["grade"], row["version"]) == (3, "1.1+clock")
    assert "dates and intervals are not real" in export_text(study)


def export_text(study):
    return methods.text(export.readings(study.store, study.settings), study.settings, len(study.store.studies()))


def test_what_is_not_finished_or_taken_back_is_no_row(study):
    page = study.page()
    one, two, *_ = (one["item"] for one in page.worklist()["items"])
    page.box(one, 0)
    page.act(one, "grade", disc=1, grade=2)
    page.box(two, 0)
    page.act(two, "grade", disc=0, grade=2)
    page.step("undo")
    assert rows(study) == []


def test_a_study_that_was_set_aside_has_no_row_but_a_reason(study):
    page = study.page()
    item = page.worklist()["resume"]["item"]
    page.read(item, 2, 3)
    page.act(item, "aside", reason="other", text="wrong patient")
    assert rows(study) == []
    (left,) = export.ungraded(study.store, study.settings)
    named = dict(zip(export.UNGRADED, left, strict=True))
    assert (named["level"], named["reason"], named["text"]) == ("", "other", "wrong patient")


def test_two_readings_of_a_rater_are_numbered(serve):
    study = serve(settings=Rating(levels=LEVELS, reread=1.0))
    study.page().read_all(2.0)
    study.clock.forward(days=28)
    study.page(take=True).read_all(3.0)
    found = {(row["patient_id"], row["level"], row["reading"]): row["grade"] for row in rows(study)}
    assert len(found) == 16
    assert {reading: grade for (_, _, reading), grade in found.items()} == {1: 2.0, 2: 3.0}


def test_the_sheet_reads_back_as_it_was_written(study, tmp_path):
    study.page().read_all(2.7)
    assert export_study(study.folder, tmp_path / "s.csv", study.settings) == (8, 0)
    back = sheet.load(tmp_path / "s.csv")
    assert len(back) == 8
    assert {row.get("grade") for row in back} == {"2.7"}
    assert set(sheet.REQUIRED) <= set(back[0].fields)


def test_rows_do_not_come_in_the_order_of_reading(study):
    """The order in which a rater read is nobody's business in a sheet that is passed on."""
    page = study.page()
    read = [study.desk.work("Dr Main", item).study for item in page.read_all()]
    words = {study.patient_id: word for word, study in study.desk.studies.items()}
    written = list(dict.fromkeys(words[row["patient_id"]] for row in rows(study)))
    assert written == sorted(read) != read


@pytest.fixture
def text(serve):
    study = serve(settings=Rating(levels=LEVELS, reread=1.0, second_rater=0.5))
    study.page(0).read_all(2.0)
    other = study.page(1)
    other.read(other.worklist()["resume"]["item"], 2.0, 3.0)
    item = other.worklist()["resume"]["item"]
    other.act(item, "ungradable", disc=0, reason="operated")
    other.act(item, "ungradable", disc=1, reason="operated")
    study.clock.forward(days=30)
    study.page(0, take=True).read_all(2.0)
    return methods.text(export.readings(study.store, study.settings), study.settings, 4)


@pytest.mark.parametrize(
    "words",
    [
        "13 grades (1 to 5)",
        "2 raters",
        "4 studies were read a second time",
        "30 days after the first reading (median; 30 to 30)",
        "at least 28 days",
        "A disc took 10 s",
        "Dr Main: 8 discs of 4 studies in the first reading. Dr Other: 2 discs of 2 studies in the first reading.",
        "Dr Main: 8 discs of 4 studies in the second reading.",
        "Not graded: operated: fusion, prosthesis, disc removed: 2.",
        "without name, age, date, report, earlier grade or grade of a model",
        "(seed 1)",
    ],
)
def test_the_methods_are_counted(text, words):
    assert words in " ".join(text.split())


def test_a_study_without_readings_has_a_text_without_a_false_word(study):
    text = methods.text([], study.settings, 4)
    assert "second time, mixed" not in text
    assert "0 raters" in text


def test_cohort_and_place_of_reviewed_grades_are_those_that_are_wanted(study, tmp_path):
    study.page().read_all()
    export_study(study.folder, tmp_path / "s.csv", Rating(cohort="external", scale="integral"))
    rows = sheet.load(tmp_path / "s.csv")
    assert {(row.get("cohort"), row.get("scale")) for row in rows} == {("external", "fractional")}


def test_a_digest_follows_the_readings_and_is_the_studys_own(study, tmp_path):
    def digest():
        export_study(study.folder, tmp_path / "s.csv", study.settings)
        return sheet_digest(study.folder, tmp_path / "s.csv")

    page = study.page()
    before = digest()
    assert digest() == before
    page.read_all()
    assert digest() != before

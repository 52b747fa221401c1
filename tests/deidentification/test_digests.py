"""What a shard's output depends on: a change of scans, sheet or withdrawals reruns what it touches, nothing else."""

import os
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import pytest
from mr_files import mr_image, write_images
from readings import reading, write_sheet

from discgrade.deidentification import source
from discgrade.deidentification.apart import with_apart
from discgrade.deidentification.digests import plan_shards
from discgrade.deidentification.identity import keys
from discgrade.deidentification.identity.pseudonyms import Pseudonyms
from discgrade.deidentification.source import Source
from discgrade.private import RefusedError
from discgrade.readings.sheets.faults import SheetError
from discgrade.settings.model import Deidentify, Ratings

SHARDS = ["00", "01", "02"]
ROOT = Path(source.__file__).parents[2]
DEIDENTIFY = Deidentify(True, False, "keyed", False, ())
SETTINGS = Ratings("original", False)


@pytest.fixture
def scans(tmp_path: Path) -> Path:
    images = {f"Patient {number}/IM1": patient(number) for number in range(8)}
    return write_images(tmp_path / "scans", images)


def patient(number: int, instance: int = 0) -> object:
    uid = f"1.2.{number}.{instance}"
    return mr_image(PatientID=f"ID{number}", SOPInstanceUID=uid, StudyInstanceUID=f"1.3.{number}")


def row(number: int, **changes: object) -> dict[str, object]:
    return reading(patient_id=f"ID{number}", sop_instance_uid=f"1.2.{number}.0", **changes)


def test_a_new_external_patient_changes_their_own_shard_alone(scans, plan_apart):
    """With a second folder of theirs, whose scans nobody read."""
    rows = [row(number, cohort="external" if number in (2, 5) else "primary") for number in range(8)]
    before = plan_apart(rows)
    assert set(before.apart) == set(before.external)
    write_images(scans, {"Patient 9/IM1": patient(9), "Patient 9 again/IM1": patient(9, 1)})
    after = plan_apart([*rows, row(9, cohort="external")])
    names = before.digests.keys()
    moved = {shard for shard in names if before.digests[shard] != after.digests[shard]}
    assert moved
    assert all(shard.startswith("external-") for shard in moved)


def test_a_folder_that_holds_other_patients_too_is_not_set_apart(scans, plan_apart):
    write_images(scans, {"Patient 2/IM2": patient(7, 1)})
    found = plan_apart([row(number, cohort="external" if number == 2 else "primary") for number in range(8)])
    assert found.apart == []
    assert found.external == [source.shard_of("Patient 2/IM1", SHARDS)]


def test_an_external_patient_who_withdraws_moves_to_no_other_shard(plan_apart, tmp_path):
    rows = [row(number, cohort="external" if number == 2 else "primary") for number in range(8)]
    before = plan_apart(rows)
    (tmp_path / "private" / "withdrawn.csv").write_text("id\nID2\n")
    after = plan_apart(rows)
    assert before.apart == after.apart
    assert {shard for shard in before.digests if before.digests[shard] != after.digests[shard]} == set(before.apart)


def changed(before: dict[str, str], after: dict[str, str]) -> set[str]:
    return {shard for shard in SHARDS if before[shard] != after[shard]}


@pytest.fixture
def plan_apart(scans, tmp_path):
    """A function that plans the shards, those that are set apart among them, for a sheet of these rows."""

    def run(rows):
        return plan_shards(
            Source(scans, write_sheet(tmp_path / "ratings.csv", rows)),
            with_apart(SHARDS),
            private=tmp_path / "private",
            export=tmp_path / "export",
            deidentify=DEIDENTIFY,
            ratings=SETTINGS,
        )

    return run


@pytest.fixture
def plan(scans, tmp_path):
    """A function that plans the shards for a sheet of these rows."""

    def run(rows, **settings):
        return plan_shards(
            Source(scans, write_sheet(tmp_path / "ratings.csv", rows)),
            SHARDS,
            private=tmp_path / "private",
            export=tmp_path / "export",
            deidentify=DEIDENTIFY,
            ratings=replace(SETTINGS, **settings),
        )

    return run


@pytest.fixture
def digests(plan):
    return lambda rows, **settings: plan(rows, **settings).digests


def test_a_warm_index_needs_no_pydicom(scans, tmp_path):
    call = (
        "import sys; from pathlib import Path; from discgrade.deidentification.digests import plan_shards;"
        "from discgrade.settings.model import Deidentify, Ratings;"
        "from discgrade.deidentification.source import Source;"
        f"plan_shards(Source(Path({str(scans)!r}), None), ['00'], private=Path({str(tmp_path / 'p')!r}),"
        "export=Path('export'),"
        "deidentify=Deidentify(True, False, 'keyed', False, ()), ratings=Ratings('original', False));"
        "print([name for name in ('pydicom', 'numpy', 'pandas', 'tensorflow') if name in sys.modules])"
    )
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    cold, warm = (
        subprocess.run([sys.executable, "-c", call], env=environment, check=True, capture_output=True, text=True).stdout
        for _ in range(2)
    )
    assert "pydicom" in cold
    assert "pydicom" not in warm


def test_digests_do_not_depend_on_time_stamps(digests, scans):
    before = digests([row(0)])
    for path in scans.rglob("IM1"):
        os.utime(path, (time.time() + 99, time.time() + 99))
    assert digests([row(0)]) == before


@pytest.mark.parametrize("kept", [False, True], ids=["", "time stamp kept"])
@pytest.mark.parametrize("changed_by", ["replaced", "written over"])
def test_content_of_the_same_size_changes_one_digest(digests, scans, changed_by, kept):
    before = digests([row(0)])
    path = scans / "Patient 3" / "IM1"
    status, content = path.stat(), bytearray(path.read_bytes())
    content[-1] ^= 1
    if changed_by == "replaced":
        path.unlink()
    path.write_bytes(content)
    if kept:
        os.utime(path, ns=(status.st_atime_ns, status.st_mtime_ns))
    assert path.stat().st_size == status.st_size
    assert changed(before, digests([row(0)])) == {source.shard_of("Patient 3/IM1", SHARDS)}


def test_what_a_patients_files_in_another_shard_say_changes_both_digests(digests, scans):
    places = [f"Other {number}/IM1" for number in range(20)]
    place = next(one for one in places if source.shard_of(one, SHARDS) != source.shard_of("Patient 0/IM1", SHARDS))
    before = digests([row(0)])
    write_images(scans, {place: patient(0, 1)})
    after = digests([row(0)])
    assert changed(before, after) == {source.shard_of(one, SHARDS) for one in (place, "Patient 0/IM1")}
    write_images(scans, {place: mr_image(PatientID="ID0", SOPInstanceUID="1.2.0.1", OperatorsName="New^Name")})
    assert changed(after, digests([row(0)])) == {source.shard_of(one, SHARDS) for one in (place, "Patient 0/IM1")}


def test_a_new_patient_changes_one_digest(digests, scans):
    rows = [row(number, read_at="2020-01-01") for number in range(8)]
    before = digests(rows)
    write_images(scans, {"Patient 99/IM1": patient(99)})
    after = digests([*rows, row(99, read_at="2020-03-01")])
    assert changed(before, after) == {source.shard_of("Patient 99/IM1", SHARDS)}


def test_a_changed_reading_changes_the_digest_of_its_image(digests):
    rows = [row(number) for number in range(8)]
    before = digests(rows)
    rows[3] |= {"grade": "5"}
    assert changed(before, digests(rows)) == {source.shard_of("Patient 3/IM1", SHARDS)}


def test_a_dropped_column_changes_nothing(digests):
    before = digests([row(0)])
    assert digests([row(0, comment="seen again")]) == before


def test_a_rater_who_gets_another_pseudonym_changes_the_digests_of_their_readings(digests):
    before = digests([row(0, rater="A"), row(1, rater="B")])
    after = digests([row(1, rater="B"), row(0, rater="A")])
    assert changed(before, after) == {source.shard_of(f"Patient {number}/IM1", SHARDS) for number in (0, 1)}


def test_raters_of_the_map_and_the_order_of_the_sheet_change_nothing(digests, tmp_path):
    raters = [("rater_old", "rater_new"), ("A", "R1"), ("B", "R2")]
    (tmp_path / "private").mkdir()
    (tmp_path / "private" / "raters.csv").write_text("\n".join(map(",".join, raters)))
    before = digests([row(0, rater="A"), row(1, rater="B")])
    assert digests([row(1, rater="B"), row(0, rater="A")]) == before


def test_the_first_day_of_the_map_keeps_the_digests_of_other_patients(digests, tmp_path):
    (tmp_path / "private").mkdir()
    (tmp_path / "private" / "raters.csv").write_text("rater_old,rater_new,mark,first_day\nA,R1,,2020-05-01\n")
    rows = [row(number, rater="A", read_at=f"2020-05-{10 + number}") for number in range(3)]
    before = digests(rows)
    after = digests([rows[0] | {"read_at": "2020-04-01"}, *rows[1:]])
    assert changed(before, after) == {source.shard_of("Patient 0/IM1", SHARDS)}


def test_a_plan_does_not_write_the_map_of_raters(digests, tmp_path):
    digests([row(0)])
    assert not (tmp_path / "private" / "raters.csv").exists()


def test_a_sheet_is_checked_when_it_is_planned(plan, tmp_path):
    with pytest.raises(SheetError, match="row 2, grade"):
        plan([row(0, grade="2.5")])
    assert (tmp_path / "private" / "problems.csv").exists()
    assert len(plan([row(0, grade="2.5"), row(1)], exclude_faulty=True).digests) == len(SHARDS)


def test_near_equal_names_are_asked_about_where_they_can_be_answered(plan, tmp_path):
    rows = [row(0, rater="ED"), row(1, rater="ed")]
    with pytest.raises(SheetError, match="row 2 and row 3"):
        plan(rows)
    asked = tmp_path / "private" / "raters.csv"
    assert asked.read_text().splitlines() == ["rater_old,rater_new,mark,first_day", "ED,,,", "ed,,,"]
    with pytest.raises(SheetError, match="row 2 and row 3"):
        plan(rows)
    asked.write_text(asked.read_text().replace("ED,", "ED,R1").replace("ed,", "ed,R1"))
    assert len(plan(rows).digests) == len(SHARDS)


def test_a_plan_says_who_is_never_trained_on_and_which_words_decide_nothing(plan):
    notes = plan([row(0, cohort="External"), row(1, cohort="test"), row(2)]).notes
    assert "ratings: the 1 patients of the cohort external are never trained on" in notes
    assert "cohorts called test are trained on like any other" in notes[1]


def test_a_plan_tells_the_readings_that_can_be_used(plan):
    rows = [row(0, grade="3"), row(1, grade="4.3", rater="B"), row(2, grade="3,7", reading="2")]
    told = [(one.patient, one.rater, one.reading, one.grade) for one in plan(rows).readings]
    assert told == [("ID0", "R1", 1, 3.0), ("ID1", "R2", 1, 4.3), ("ID2", "R1", 2, 3.7)]


def test_a_withdrawal_changes_one_digest(digests, tmp_path):
    before = digests([row(0)])
    (tmp_path / "private" / "withdrawn.csv").write_text("patient_id\nid5\n")
    assert changed(before, digests([row(0)])) == {source.shard_of("Patient 5/IM1", SHARDS)}


def test_a_pseudonym_in_the_withdrawals_changes_one_digest(digests, tmp_path):
    before = digests([row(0)])
    pseudonym = Pseudonyms(keys.from_file(tmp_path / "private")).patient(("id", "", "id5"))
    (tmp_path / "private" / "withdrawn.csv").write_text(f"patient\n{pseudonym}\n")
    assert changed(before, digests([row(0)])) == {source.shard_of("Patient 5/IM1", SHARDS)}


@pytest.mark.parametrize("text", ["P0123456789abcdef", "ID5 ;x\nnobody", "patient_id\n"])
def test_a_withdrawal_of_nobody_is_refused_when_it_is_planned(plan, tmp_path, text):
    plan([row(0)])
    (tmp_path / "private" / "withdrawn.csv").write_text(text)
    with pytest.raises(RefusedError, match=r"withdrawn\.csv in the private folder"):
        plan([row(0)])


def test_the_second_of_two_files_of_one_instance_depends_on_the_first(digests, scans):
    write_images(scans, {"Z/copy": patient(0)})
    before = digests([row(0)])
    (scans / "Patient 0" / "IM1").unlink()
    assert source.shard_of("Z/copy", SHARDS) in changed(before, digests([row(0)]))


def test_digests_tell_nothing_without_the_private_folder(scans, tmp_path):
    one, two = (
        plan_shards(
            Source(scans, None),
            SHARDS,
            private=tmp_path / name,
            export=tmp_path / "export",
            deidentify=DEIDENTIFY,
            ratings=SETTINGS,
        ).digests
        for name in "ab"
    )
    assert changed(one, two) == set(SHARDS)

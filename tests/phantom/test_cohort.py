"""The phantom as a whole: what is written, and what it depends on."""

import re
from pathlib import Path

import pytest

from discgrade import records
from discgrade.phantom.sheet import TRUTH

# The input format of the workflow.
COLUMNS = "patient_id sop_instance_uid level x y width height grade rater reading cohort origin read_at"


def contents(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_the_sheet_has_the_columns_of_the_input_format(made):
    assert " ".join(made.ratings.columns) == COLUMNS


def test_every_rating_is_of_an_image_of_that_patient_and_lies_on_it(made):
    for row in made.ratings.itertuples():
        image = made.images[row.sop_instance_uid]
        assert image.PatientID == row.patient_id
        assert 0 < row.x + row.width / 2 < image.Columns
        assert 0 < row.y + row.height / 2 < image.Rows
        assert 30 < row.width < 110 and 10 < row.height < 75


def test_the_truth_tells_every_disc_of_every_patient(made):
    truth = records.read(made.folder / "truth.parquet", TRUTH).to_pandas()
    assert len(truth) == 5 * (9 + 3)
    assert set(truth.sop_instance_uid) <= set(made.images)
    assert set(zip(made.ratings.sop_instance_uid, made.ratings.level, strict=True)) <= set(
        zip(truth.sop_instance_uid, truth.level, strict=True)
    )


def test_the_result_does_not_depend_on_the_number_of_workers(make, made, tmp_path):
    again = make(tmp_path, workers=2)
    assert contents(again) == contents(made.folder)


def test_a_larger_cohort_holds_the_images_of_a_smaller_one(make, made, tmp_path):
    smaller = contents(make(tmp_path, primary=3, supplemental=1) / "export")
    assert smaller.items() < contents(made.folder / "export").items()


def test_another_seed_makes_other_patients(make, made, tmp_path):
    other = contents(make(tmp_path, primary=2, supplemental=0, reread=0, second_rater=0, seed=8) / "export")
    assert not set(other) & set(contents(made.folder / "export"))


def test_an_earlier_phantom_is_replaced(make, tmp_path):
    small = {"primary": 1, "supplemental": 0, "reread": 0, "second_rater": 0}
    before = contents(make(tmp_path, **small, seed=1) / "export")
    after = contents(make(tmp_path, **small, seed=2) / "export")
    assert not set(before) & set(after)


def test_a_folder_with_other_files_is_left_alone(make, tmp_path):
    (tmp_path / "export").mkdir()
    (tmp_path / "export" / "thesis.txt").write_text("years of work")
    with pytest.raises(FileExistsError, match=r"export: should be missing, empty or an earlier phantom"):
        make(tmp_path)
    assert contents(tmp_path / "export") == {"thesis.txt": b"years of work"}


@pytest.mark.parametrize("name", ["reread", "second_rater"])
def test_more_second_readings_than_discs_are_refused_before_any_image(make, tmp_path, name):
    message = re.escape(
        f"Invalid `{name}`. It should be at most 45, the graded discs of 9 primary patients. Received: 46"
    )
    with pytest.raises(ValueError, match=message):
        make(tmp_path, **{name: 46})
    assert not list(tmp_path.iterdir())


def test_a_cohort_may_lack_its_supplemental_part_and_second_readings(make, tmp_path):
    folder = make(tmp_path, primary=1, supplemental=0, reread=0, second_rater=0)
    assert len((folder / "ratings.csv").read_text().splitlines()) == 1 + 5


def test_a_cohort_may_lack_its_primary_part(make, tmp_path):
    folder = make(tmp_path, primary=0, supplemental=1, reread=0, second_rater=0)
    assert len((folder / "ratings.csv").read_text().splitlines()) == 1 + 5


def test_the_private_folder_is_its_owners_only(make, tmp_path):
    tmp_path.chmod(0o755)
    folder = make(tmp_path, primary=1, supplemental=0, reread=0, second_rater=0)
    assert folder.stat().st_mode & 0o777 == 0o700

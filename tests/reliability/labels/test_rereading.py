"""Later readings: which disc a row of a sheet is of, and what they change of the agreement."""

import pandas as pd
import pytest
from judged_labels import label_study
from sklearn.metrics import cohen_kappa_score

from discgrade import records
from discgrade.grades import integral
from discgrade.private import RefusedError
from discgrade.records.cohort.discs import DISCS
from discgrade.reliability.labels.rereading import later_readings, rereading
from discgrade.settings.model import Intervals

MAIN = ("R1", 1)


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    return label_study(tmp_path_factory.mktemp("again"), patients=12)


def sheet(made, folder, rows):
    """Write a sheet in the columns of `discgrade rate export`, for discs by number with changes."""
    discs = records.read(made.discs, DISCS).to_pandas()
    given = []
    for number, changes in rows:
        disc = discs.iloc[number]
        own = {"patient_id": disc["patient"], "sop_instance_uid": disc["sop_instance_uid"], "level": disc["level"]}
        given.append(own | {"grade": 2.0, "rater": "A", "origin": "reviewed"} | changes)
    pd.DataFrame(given).to_csv(folder / "again.csv", index=False)
    return folder / "again.csv", discs


def test_a_row_is_of_its_image_and_level_or_of_the_patients_disc_of_that_level(made, tmp_path):
    other = {"sop_instance_uid": "2.25.1"}
    path, discs = sheet(made, tmp_path, [(0, {"grade": 4.3}), (7, other), (8, other | {"patient_id": "P9"})])
    found = later_readings(made.ratings, path, made.discs, MAIN)
    before = later_readings(made.ratings, None, made.discs, MAIN)
    assert found[discs["disc"][0]] == 4.3
    assert found[discs["disc"][7]] == 2.0
    assert found.drop([discs["disc"][0], discs["disc"][7]]).equals(before.drop([discs["disc"][0], discs["disc"][7]]))


def test_a_sheet_of_other_discs_or_without_a_column_is_refused(made, tmp_path):
    path, _ = sheet(made, tmp_path, [(0, {"sop_instance_uid": "2.25.1", "patient_id": "somebody"})])
    with pytest.raises(RefusedError, match="1 rows, none of which does"):
        later_readings(made.ratings, path, made.discs, MAIN)
    pd.DataFrame({"level": ["L4/L5"], "grade": [3]}).to_csv(path, index=False)
    with pytest.raises(RefusedError, match="Missing columns: patient_id, sop_instance_uid"):
        later_readings(made.ratings, path, made.discs, MAIN)


def test_kappas_before_and_after_are_those_of_scikit_learn_on_the_same_discs(labelled):
    one = labelled()
    again = one.discs["grade"].iloc[::3].clip(upper=3.0)
    first = set(again.index[:100])
    found = {(row.group, row.metric): row for row in rereading(one, again, first, Intervals(0.95, 200, 1))}
    samples = one.samples.set_index("disc").loc[again.index]
    for name, grades in (("kappa_label", samples["reference"]), ("kappa_again", again)):
        expected = cohen_kappa_score(integral(grades), integral(samples["predicted"]), weights="linear")
        assert found["all", name].value == pytest.approx(expected)
    for group, count in (("all", len(again)), ("list", 100), ("elsewhere", len(again) - 100)):
        moved = found[group, "kappa_moved"]
        assert moved.value == pytest.approx(found[group, "kappa_again"].value - found[group, "kappa_label"].value)
        assert moved.lower <= moved.value <= moved.upper
        assert moved.n == count


def test_labels_that_were_spoilt_and_read_again_well_gain(labelled):
    clean = labelled()
    spoilt = labelled(lambda grades, days, rng: grades + rng.choice([0, 2], size=grades.shape, p=[0.9, 0.1]))
    found = {
        (row.group, row.metric): row for row in rereading(spoilt, clean.discs["grade"], (), Intervals(0.95, 400, 1))
    }
    assert found["all", "kappa_moved"].lower > 0

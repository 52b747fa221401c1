"""Joining shards into one cohort."""

import numpy as np
import pytest
from small_cohorts import MEDIAN


def test_shards_become_one_cohort(select, make_reading, make_instance):
    cohort = select(
        [[make_reading("P2"), make_reading("P2", rater="R2")], [make_reading("P1")]],
        [[make_instance("P2")], [make_instance("P1")]],
    )
    assert cohort.discs["disc"].tolist() == ["P1-L4/L5", "P2-L4/L5"]
    assert cohort.discs["shard"].tolist() == ["01", "00"]
    assert cohort.ratings[["patient", "rater"]].values.tolist() == [["P1", "R1"], ["P2", "R1"], ["P2", "R2"]]


def test_result_does_not_depend_on_the_shards(select, make_reading, make_instance):
    patients = [f"P{number}" for number in range(6)]
    one = select([[make_reading(p) for p in patients]], [[make_instance(p) for p in patients]])
    bytes_of_one = (one.folder / "ratings.parquet").read_bytes()
    three = select(
        [[make_reading(p) for p in patients[i::3]][::-1] for i in range(3)],
        [[make_instance(p) for p in patients[i::3]] for i in range(3)],
    )
    assert (three.folder / "ratings.parquet").read_bytes() == bytes_of_one
    assert three.discs.drop(columns="shard").equals(one.discs.drop(columns="shard"))
    assert three.flow == one.flow


def test_empty_shard_is_no_fault(select, make_reading, make_instance):
    cohort = select([[make_reading()], []], [[make_instance()], []])
    assert len(cohort.discs) == 1


def test_empty_shard_is_no_fault_where_regions_are_judged(select, make_reading, make_instance):
    spacing = {"row_spacing": 0.8, "column_spacing": 0.8}
    cohort = select([[], [make_reading()]], [[], [make_instance(**spacing)]], accept_regions=False)
    assert len(cohort.discs) == 1


def test_days_of_the_readings_may_be_unknown(select, make_reading, make_instance):
    readings = [make_reading(read_day=3), make_reading(level="L5/S1")]
    assert select([readings], [[make_instance()]]).ratings["read_day"].tolist() == [
        3,
        pytest.approx(np.nan, nan_ok=True),
    ]


def test_median_of_an_integral_cohort_is_integral(select, make_reading, make_instance):
    cohort = select([[make_reading(grade=2.0), make_reading(grade=3.0, rater="R2")]], [[make_instance()]], MEDIAN)
    assert cohort.discs["grade"].tolist() == [3.0]
    assert cohort.flow.reference == "the median of all raters' first readings"


def test_nothing_is_written_when_the_cohort_is_refused(select, make_reading, make_instance, tmp_path):
    with pytest.raises(ValueError, match="cannot be used"):
        select([[make_reading(width=0.0)]], [[make_instance()]])
    assert not {"ratings.parquet", "discs.parquet", "flow.json"} & {path.name for path in tmp_path.iterdir()}

"""Patient-wise splits: disjoint, complete, nested, balanced and stable."""

from dataclasses import replace

import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from discgrade.cohort.splits import add_external, in_hash_order, make_splits
from discgrade.records import read, write
from discgrade.records.cohort.discs import DISCS
from discgrade.records.cohort.splits import SPLITS
from discgrade.settings.model import Splits

SPLIT = Splits(holdout=0.1, folds=5, validation=0.1, shares=(1, 2, 4, 8), seed=1)


def disc(patient: str, level: str, cohort: str) -> dict[str, object]:
    empty = {field.name: None for field in DISCS if field.nullable}
    numbers = dict.fromkeys(("x", "y", "width", "height", "grade", "integral"), 1.0) | {"frame": 1}
    names = dict.fromkeys(("study_uid", "sop_instance_uid", "origin", "shard"), "x")
    own = {"disc": f"{patient}-{level}", "patient": patient, "level": level, "cohort": cohort}
    return {**empty, **numbers, **names, **own}


@pytest.fixture(scope="module")
def split(tmp_path_factory):
    """A function that splits patients, given as a number or by cohort, and returns the table."""
    folder = tmp_path_factory.mktemp("splits")

    def run(cohorts, **changes) -> pd.DataFrame:
        if isinstance(cohorts, int):
            cohorts = {f"P{number:04d}": "primary" for number in range(cohorts)}
        rows = [disc(patient, level, cohort) for patient, cohort in cohorts.items() for level in ("L4/L5", "L5/S1")]
        write(rows, DISCS, folder / "discs.parquet")
        splits = replace(SPLIT, **changes)
        discs, trained = folder / "discs.parquet", folder / "trained.parquet"
        make_splits(discs=discs, splits=splits, destination=trained)
        add_external(trained=trained, discs=discs, destination=folder / "splits.parquet")
        return read(folder / "splits.parquet", SPLITS).to_pandas()

    return run


@given(
    st.dictionaries(st.text("abcdef0123456789", min_size=1, max_size=8), st.sampled_from(["primary", "external"])),
    st.integers(2, 6),
    st.integers(0, 2**31),
)
@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
def test_properties_hold_for_any_cohort(split, drawn, folds, seed):
    cohorts = {f"always-{number}": "primary" for number in range(20)} | drawn
    table = split(cohorts, folds=folds, seed=seed, shares=[1, 2, 8])
    external = {patient for patient, cohort in cohorts.items() if cohort == "external"}
    tested = []
    for _, rows in table.groupby("split"):
        assert sorted(rows["patient"]) == sorted(cohorts)
        assert set(rows.loc[rows["part"] == "external", "patient"]) == external
        sizes = rows["part"].value_counts()
        assert all(sizes[part] > 0 for part in ("train", "validation", "test"))
        train = rows[rows["part"] == "train"]
        for share in (1, 2, 8):
            assert (train["share"] >= share).sum() == len(train) // share
        assert set(rows.loc[rows["part"] != "train", "share"]) == {1}
        tested.append(rows.loc[rows["part"] == "test", "patient"])
    folded = pd.concat(tested[:-1])
    assert sorted(folded) == sorted(set(cohorts) - external)
    sizes = [len(part) for part in tested[:-1]]
    assert max(sizes) - min(sizes) <= 1


def test_splits_are_named_in_order(split):
    assert split(40, folds=3)["split"].unique().tolist() == ["fold-01", "fold-02", "fold-03", "holdout"]


def test_holdout_has_its_share(split):
    parts = split(200, holdout=0.25)
    assert (parts[parts["split"] == "holdout"]["part"] == "test").sum() == 50


def test_the_validation_part_is_a_share_of_the_training_part(split):
    parts = split(200, holdout=0.5, validation=0.2)
    assert (parts[parts["split"] == "holdout"]["part"] == "validation").sum() == 20


def test_no_validation_part_on_request(split):
    assert "validation" not in set(split(40, validation=0)["part"])


def test_the_validation_part_is_at_least_one_patient(split):
    parts = split(20, validation=0.001, shares=[1])
    assert (parts[parts["split"] == "holdout"]["part"] == "validation").sum() == 1


def test_no_folds_on_request(split):
    assert split(40, folds=0)["split"].unique().tolist() == ["holdout"]


def test_leave_one_patient_out(split):
    table = split(12, folds=12, shares=[1])
    assert (table[table["split"] != "holdout"]["part"] == "test").sum() == 12


def test_shares_without_the_whole(split):
    """Training patients outside the largest share belong to the whole only."""
    table = split(100, shares=[4])
    train = table[(table["split"] == "holdout") & (table["part"] == "train")]
    assert set(train["share"]) == {1, 4}
    assert (train["share"] == 4).sum() == len(train) // 4


def test_shares_need_not_be_in_order(split):
    assert split(60, shares=[8, 1, 4, 2]).equals(split(60))


def test_order_of_the_discs_is_of_no_account(split):
    cohorts = {f"P{number}": "primary" for number in range(50)}
    assert split(cohorts).equals(split(dict(reversed(cohorts.items()))))


def test_another_seed_assigns_anew(split):
    one, other = (split(100, seed=seed) for seed in (1, 2))
    assert not one["part"].equals(other["part"])


def test_splits_are_assigned_apart_from_each_other(split):
    """Holdout and first fold draw on different hashes, so that they share no more than chance has it."""
    table = split(1000, folds=10)
    tests = [
        set(table[(table["split"] == name) & (table["part"] == "test")]["patient"]) for name in ("holdout", "fold-01")
    ]
    assert 2 <= len(tests[0] & tests[1]) <= 25


@given(st.sets(st.text("abc123", min_size=1), min_size=2, max_size=20), st.text("abc123"), st.integers(0, 99))
@settings(max_examples=30, deadline=None)
def test_a_new_patient_keeps_the_order_of_the_others(patients, new, seed):
    before = in_hash_order(patients - {new}, seed, "folds")
    after = in_hash_order(patients | {new}, seed, "folds")
    assert [patient for patient in after if patient != new] == before


def test_a_new_patient_moves_few_others(split):
    cohorts = {f"P{number}": "primary" for number in range(400)}
    before = split(cohorts).set_index(["split", "patient"])["part"]
    after = split(cohorts | {"new": "primary"}).set_index(["split", "patient"])["part"]
    assert (after.loc[before.index] != before).mean() < 0.02


def test_external_patients_change_nothing_for_the_others(split):
    cohorts = {f"P{number}": "primary" for number in range(50)}
    before = split(cohorts)
    after = split(cohorts | {"E1": "external", "E2": "external"})
    assert after[after["part"] != "external"].reset_index(drop=True).equals(before)
    assert (after["part"] == "external").sum() == 2 * 6


@pytest.mark.parametrize("holdout", [0.0, 1.0, 0.001, 0.999])
def test_holdout_without_patients_is_refused(split, holdout):
    with pytest.raises(ValueError, match=rf"splits.holdout should .* Received: {holdout} of 40 patients"):
        split(40, holdout=holdout)


@pytest.mark.parametrize("folds", [1, 41, -2])
def test_cohort_too_small_for_its_folds_is_refused(split, folds):
    with pytest.raises(ValueError, match=rf"splits.folds should .* Received: {folds} folds for 40 patients"):
        split(40, folds=folds)


@pytest.mark.parametrize("validation", [-0.1, 1.0, 0.99])
def test_a_validation_part_that_takes_all_is_refused(split, validation):
    with pytest.raises(ValueError, match=rf"splits.validation should .* in holdout. Received: {validation} of"):
        split(20, validation=validation, shares=[1])


def test_impossible_shares_are_named(split):
    with pytest.raises(ValueError, match=r"of the 32 training patients of holdout. Impossible: 1/64, 1/128. Remove"):
        split(40, shares=[1, 32, 64, 128])


def test_external_patients_alone_are_refused(split):
    with pytest.raises(ValueError, match="0 patients outside the external cohort"):
        split({"E1": "external"})

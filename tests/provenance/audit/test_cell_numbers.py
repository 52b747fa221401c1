"""The numbers behind a cell, looked up by its keys."""

import pytest

from discgrade import records
from discgrade.provenance.audit.cell import Cell
from discgrade.provenance.audit.cell_numbers import faults, is_among, runs_behind, score_behind, trainings, words
from discgrade.provenance.chain import linked
from discgrade.records.cell_keys import CellKey
from discgrade.records.cohort.flow import CohortSize, Flow, Stage, write_flow
from discgrade.records.results.intervals import COMPARISONS, INTERVALS
from discgrade.records.results.scores import SCORES
from discgrade.records.results.training import HISTORY

RUN = {"variant": "default", "resolution": 48, "share": 1, "split": "holdout"}
SCOPE = {"scope": "all", "group": "", "grade": None, "metric": "mae"}
DRAWN = {"probability": 0.95, "unit": "patient", "units": 4, "draws": 100, "bootstrap_seed": 1}
BOUNDS = {"lower": 0.1, "upper": 0.3}


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A study with two seeds and their mean: one number stands in several rows, and one score has three."""
    folder = tmp_path_factory.mktemp("study")
    scores = [
        RUN | SCOPE | {"seed": seed, "value": value, "n": 20, "reason": None}
        for seed, value in ((-1, 0.2), (1, 0.1), (2, 0.3))
    ]
    scores.append(RUN | SCOPE | {"seed": -1, "split": "folds", "value": 0.2, "n": 99, "reason": None})
    undefined = {"metric": "mcc", "value": float("nan"), "n": 20, "reason": "one grade only"}
    scores.append(RUN | SCOPE | {"seed": -1} | undefined)
    scores.append(RUN | SCOPE | {"seed": -1, "grade": 3.0, "metric": "f1", "value": 0.2, "n": 7, "reason": None})
    records.write(scores, SCORES, folder / "scores.parquet")
    spans = [RUN | SCOPE | {"seed": -1, "mean": 0.21} | BOUNDS | DRAWN]
    records.write(spans, INTERVALS, folder / "intervals.parquet")
    against = {"value": 0.2, "other_value": 0.25, "difference": -0.05, "greater": 0.2, "n": 20}
    compared = [
        RUN | SCOPE | {"seed": -1, "other": other} | against | BOUNDS | DRAWN | {"difference": difference}
        for other, difference in (("mae", -0.05), ("mse", -0.07))
    ]
    records.write(compared, COMPARISONS, folder / "comparisons.parquet")
    epochs = {"learning_rate": 0.02, "loss": 1.5, "accuracy": 0.5, "val_loss": 1.6, "val_accuracy": 0.4, "best": True}
    history = folder / "runs" / "default" / "48px" / "share-1" / "holdout" / "seed-2" / "history.parquet"
    records.write([{"epoch": epoch} | epochs for epoch in (1, 2)], HISTORY, history)
    stage = Stage("files", 70, {"no pixels: none at all": 3}, 67)
    flow = Flow((stage,), "reading 1 by R1", ("fractional",), {}, {"primary": CohortSize(6, 30)})
    write_flow(flow, folder / "flow.json")
    return folder


def score_key(table="scores", field="value", seed=-1, **changes):
    return CellKey(**{"table": table, "field": field, **RUN, "seed": seed, **SCOPE, **changes})


def cell(text, *keys):
    return Cell("tables/table.csv", 3, {"row": "default", "mae": text}, "mae", keys)


@pytest.mark.parametrize(("seed", "value"), [(-1, "0.2"), (1, "0.1"), (2, "0.3")])
def test_each_seed_and_their_mean_have_their_own_number(folder, seed, value):
    shown = cell(value, score_key(seed=seed))
    assert list(faults(folder, shown)) == []
    assert score_behind(folder, shown)[0]["seed"] == seed


def test_the_mean_over_seeds_stands_on_the_trainings_of_all(folder):
    (run,) = trainings(cell("0.2", score_key()))
    assert [is_among({**{k: str(v) for k, v in RUN.items()}, "seed": seed}, [run]) for seed in "12"] == [True, True]
    (run,) = trainings(cell("0.3", score_key(seed=2)))
    assert [is_among({**{k: str(v) for k, v in RUN.items()}, "seed": seed}, [run]) for seed in "12"] == [False, True]


def test_an_equal_number_of_another_row_is_not_taken_for_it(folder):
    """The mean of the seeds, the folds and the F1 of grade 3 are all 0.2."""
    for key, samples in ((score_key(), 20), (score_key(split="folds"), 99), (score_key(metric="f1", grade=3.0), 7)):
        assert score_behind(folder, cell("0.2", key))[0]["n"] == samples
    assert trainings(cell("0.2", score_key(split="folds")))[0]["split"] == "fold-"


def test_a_score_comes_with_its_interval(folder):
    score, span = score_behind(folder, cell("0.1", score_key("intervals", "lower")))
    assert (score["value"], span["mean"]) == (0.2, 0.21)
    assert score_behind(folder, cell("0.3", score_key(seed=2)))[1] is None


def test_what_is_compared_with_another_has_a_row_of_its_own(folder):
    for other, text in (("mae", "-0.05"), ("mse", "-0.07")):
        key = score_key("comparisons", "difference", other=other)
        assert list(faults(folder, cell(text, key))) == []
        assert f"against {other}" in words(key)


def test_a_difference_and_a_complement_are_worked_out_again(folder):
    difference = (score_key(seed=2), score_key(seed=1, enters="less"))
    assert list(faults(folder, cell(repr(0.3 - 0.1), *difference))) == []
    assert score_behind(folder, cell("0.2", *difference)) == (None, None)
    assert list(faults(folder, cell(repr(1 - 0.2), score_key(enters="complement")))) == []
    (fault,) = faults(folder, cell("0.3", *difference))
    assert fault.kind == "another number"
    assert "and minus value in scores" in fault.message


def test_an_undefined_score_is_an_empty_cell(folder):
    assert list(faults(folder, cell("", score_key(metric="mcc")))) == []
    (fault,) = faults(folder, cell("0.5", score_key(metric="mcc")))
    assert fault.kind == "another number"


@pytest.mark.parametrize("text", ["0.2000000001", "", "0.20 "])
def test_only_the_very_number_agrees(folder, text):
    assert [fault.kind for fault in faults(folder, cell(text, score_key()))] == ["another number"] * (text != "0.20 ")


def test_rows_of_a_run_and_of_the_flow_are_found(folder):
    epoch = CellKey("history", "loss", **RUN, seed=2, scope="epoch", group="2")
    best = CellKey("history", "best", **RUN, seed=2, scope="epoch", group="2")
    files = CellKey("flow", "files:excluded:no pixels: none at all")
    discs = CellKey("flow", "discs", scope="cohort", group="primary")
    for text, key in (("1.5", epoch), ("True", best), ("3", files), ("30", discs)):
        assert list(faults(folder, cell(text, key))) == []
    assert trainings(cell("1.5", epoch)) == [{**{k: str(v) for k, v in RUN.items()}, "seed": "2"}]
    assert trainings(cell("3", files)) == []


@pytest.mark.parametrize(
    "key",
    [
        score_key(variant="mine"),
        score_key(metric="nothing"),
        score_key(field="nothing"),
        score_key("comparisons", "difference", other="nobody"),
        CellKey("history", "loss", **RUN, seed=1, scope="epoch", group="1"),
        CellKey("flow", "files:lost"),
        CellKey("flow", "discs", scope="cohort", group="external"),
    ],
)
def test_a_number_that_is_not_there_is_a_fault(folder, key):
    (fault,) = faults(folder, cell("0.2", key))
    assert (fault.kind, fault.culprit) == ("missing number", "tables/table.csv")


def test_what_was_counted_is_named_but_not_counted_again(folder):
    key = CellKey("discs", "integral:3", scope="cohort", group="primary", enters="from")
    assert list(faults(folder, cell("12", key))) == []
    assert words(key) == "worked out from integral:3 in discs (cohort primary)"


def run_record(rule, variant, split, inputs=()):
    path = f"runs/{variant}/{split}.parquet"
    made = {"path": path, "place": "study", "sha256": path}
    read = [{"path": f"runs/{name}/{split}.parquet", "place": "study", "sha256": ""} for name in inputs]
    wildcards = {"variant": variant, "resolution": "48", "share": "1", "split": split, "seed": "1"}
    return {"rule": rule, "wildcards": wildcards, "params": {}, "inputs": read, "outputs": [made], "ended": ""}


@pytest.fixture
def ensembles(tmp_path):
    """The records of two networks on three splits, their mean, and the same mean decoded by cuts."""
    splits = ["holdout", "fold-01", "fold-02"]
    records = {}
    for split in splits:
        records |= {f"{name}/{split}": run_record("train", name, split) for name in ("one", "two", "other")}
        records |= {f"{name}/{split}": run_record("combine", name, split, ("one", "two")) for name in ("mean", "cut")}
    plans = [
        {"run": {"variant": name, "resolution": 48, "share": 1, "split": split, "seed": 1}, "decoding": decoding}
        for name, decoding in (("one", "argmax"), ("mean", "argmax"), ("cut", "cuts"))
        for split in splits
    ]
    scored = {"rule": "score", "wildcards": {}, "params": {"runs": plans}, "inputs": [], "outputs": [], "ended": ""}
    return linked(tmp_path, records | {"score": scored})


@pytest.mark.parametrize(
    ("run", "behind"),
    [
        ({"variant": "one", "split": "holdout"}, {"one/holdout"}),
        ({"variant": "mean", "split": "holdout"}, {"mean/holdout", "one/holdout", "two/holdout"}),
        (
            {"variant": "cut", "split": "holdout"},
            {f"{name}/{split}" for name in ("cut", "one", "two") for split in ("holdout", "fold-01", "fold-02")},
        ),
    ],
)
def test_a_mean_stands_on_its_members_and_cuts_on_the_folds(ensembles, run, behind):
    wanted = runs_behind(ensembles, [run])
    found = {
        name
        for name, record in ensembles.records.items()
        if record["rule"] in ("train", "combine") and is_among(record["wildcards"], wanted)
    }
    assert found == behind

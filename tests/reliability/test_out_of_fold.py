"""Cuts are fitted without any disc that the run is scored on."""

from dataclasses import replace
from functools import partial

import numpy as np
import pytest
from invented_study import CONFIG, make_study, score, write_table
from sklearn.metrics import cohen_kappa_score

from discgrade import records
from discgrade.records.cohort.discs import DISCS
from discgrade.records.cohort.splits import SPLITS
from discgrade.records.results.scores import GRADED
from discgrade.records.results.training import PREDICTIONS
from discgrade.reliability.graded import read_discs, read_splits
from discgrade.reliability.out_of_fold import cuts_of_runs

CUT = {"default": {"loss": "soft_kappa", "scale": "integral", "decoding": "cuts"}}
GRID = CONFIG["grid"] | {"variants": ["default"], "folds": ["default"]}
SPLITS_OF = {"folds": 3, "shares": [1]}


@pytest.fixture
def made(tmp_path):
    """A study of one variant that is decoded by cuts, in three folds and on the hold-out split."""
    images = {"resolution": 48, "resolutions": []}
    make = partial(make_study, patients=48, external=3, whole=True, again=0, second=0)
    return make(tmp_path, variants=CUT, grid=GRID, splits=SPLITS_OF, images=images)


def cuts(made):
    found = cuts_of_runs(made.predictions, made.runs, read_discs(made.discs), read_splits(made.splits))
    return {run.split: values for run, values in found.items()}


def plant(made, patients):
    """Let every disc of some patients be taken for grade 5 with a probability of one half, whatever it is."""
    discs = records.read(made.discs, DISCS).to_pandas().set_index("disc")
    for path in made.predictions:
        rows = records.read(path, PREDICTIONS).to_pandas()
        of_patient = rows["disc"].map(discs["patient"]).isin(patients)
        planted = [
            [0.5, 0, 0, 0, 0.5] if one else given for one, given in zip(of_patient, rows["outputs"], strict=True)
        ]
        write_table(rows.assign(outputs=planted), PREDICTIONS, path)


def scored_on(made, split, part="test"):
    splits = records.read(made.splits, SPLITS).to_pandas()
    return set(splits.loc[(splits["split"] == split) & (splits["part"] == part), "patient"])


@pytest.mark.parametrize("split", ["holdout", "fold-01", "fold-02", "fold-03"])
def test_what_was_predicted_for_a_runs_own_patients_moves_none_of_its_cuts(made, split):
    before = cuts(made)
    plant(made, scored_on(made, split) | scored_on(made, "holdout", "external"))
    after = cuts(made)
    assert after[split] == before[split]
    assert all(after[other] != before[other] for other in {"fold-01", "fold-02", "fold-03"} - {split})


def test_a_run_is_graded_by_its_own_cuts(made):
    found = cuts(made)
    score(made)
    graded = records.read(made.graded, GRADED).to_pandas()
    for path, plan in zip(made.predictions, made.runs, strict=True):
        rows = records.read(path, PREDICTIONS).to_pandas()
        rows = rows[(rows["copy"] == 0) & (rows["part"] == "test")].sort_values("disc")
        above = np.stack(rows["outputs"])[:, ::-1].cumsum(axis=1)[:, ::-1][:, 1:]
        expected = 1 + (above > found[plan.run.split]).sum(axis=1)
        mine = graded[(graded["split"] == plan.run.split) & (graded["part"] == "test")].sort_values("disc")
        assert mine["predicted"].tolist() == expected.tolist()


def test_cuts_agree_better_than_the_median_where_outputs_are_biased(made):
    """Outputs that give the next lower grade too much: cuts below one half put that right."""
    for path in made.predictions:
        rows = records.read(path, PREDICTIONS).to_pandas()
        outputs = np.stack(rows["outputs"])
        lower = 0.35 * outputs + 0.65 * np.pad(outputs[:, 1:], ((0, 0), (0, 1)))
        lower[:, 0] += 0.65 * outputs[:, 0]
        write_table(rows.assign(outputs=list(lower)), PREDICTIONS, path)
    kappas = []
    for decoding in ("median", "cuts"):
        made.runs = [replace(plan, decoding=decoding) for plan in made.runs]
        score(made)
        rows = records.read(made.graded, GRADED).to_pandas()
        rows = rows[rows["split"] != "holdout"]
        kappas.append(cohen_kappa_score(rows["reference"].astype(int), rows["predicted"].astype(int), weights="linear"))
    assert kappas[1] > kappas[0] + 0.05


def test_a_run_without_folds_is_refused(made):
    holdout = [
        (path, plan) for path, plan in zip(made.predictions, made.runs, strict=True) if plan.run.split == "holdout"
    ]
    paths, plans = zip(*holdout, strict=True)
    with pytest.raises(ValueError, match=r"default: decoding by cuts needs runs in folds\. Name it in grid\.folds"):
        cuts_of_runs(paths, plans, read_discs(made.discs), read_splits(made.splits))

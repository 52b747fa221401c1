"""Clouds of embeddings: scikit-learn's distances, the share beyond the threshold, and what is too little."""

import numpy as np
import pandas as pd
import pytest
from invented_study import write_table
from sklearn.covariance import LedoitWolf
from table_rows import disc_row

from discgrade.records.cohort.discs import DISCS
from discgrade.records.results.embeddings import EMBEDDINGS
from discgrade.reliability.certainty.clouds import learn_cloud, learn_novelty
from discgrade.reliability.certainty.learned import read_learned
from discgrade.reliability.certainty.novelty import Novelty, distance, member_distance


def patients(count: int, discs: int = 5) -> np.ndarray:
    return np.array([f"P{number:04d}" for number in range(count) for _ in range(discs)], object)


def embeddings(count: int, columns: int, seed: int = 1, discs: int = 5) -> np.ndarray:
    """Draw correlated columns of unlike variance; discs of one patient share half of it."""
    draw = np.random.default_rng(seed)
    mixing = np.random.default_rng(0).normal(size=(columns, columns)) * np.geomspace(0.1, 3, columns)
    values = np.repeat(draw.normal(size=(count, columns)), discs, axis=0) + draw.normal(size=(count * discs, columns))
    return (values @ mixing).astype(np.float32)


@pytest.mark.parametrize("columns", [3, 64])
def test_the_distance_is_that_of_scikit_learns_shrunk_covariance(columns):
    values = embeddings(80, columns)
    cloud = learn_cloud("fold-01", values, patients(80))
    known = LedoitWolf().fit(values.astype(np.float64))
    new = embeddings(20, columns, seed=2)
    assert member_distance(new, cloud) * cloud.unit == pytest.approx(np.sqrt(known.mahalanobis(new)), rel=1e-5)


def test_more_columns_than_axes_share_the_rest():
    values = embeddings(100, 90)
    cloud = learn_cloud("fold-01", values, patients(100))
    assert (len(cloud.axes), len(cloud.mean)) == (64, 90)
    known = np.sqrt(LedoitWolf().fit(values.astype(np.float64)).mahalanobis(values))
    assert np.corrcoef(known, member_distance(values, cloud))[0, 1] > 0.9


def test_one_in_a_hundred_of_new_discs_is_beyond_and_strange_ones_are():
    cloud = learn_cloud("holdout", embeddings(600, 20), patients(600))
    known = Novelty((cloud,), 1.0, 600, 3000)
    beyond = distance([embeddings(2000, 20, seed=3)], known) > known.threshold
    assert 0.005 < beyond.mean() < 0.02
    assert (distance([embeddings(50, 20, seed=4) * 4 + 30], known) > known.threshold).all()


def write(folder, count: int) -> dict:
    names = patients(count)
    rows = [disc_row(0, f"{patient}-{place}", "L4/L5", 3.0) for place, patient in enumerate(names)]
    found = {}
    found["discs"] = write_table(pd.DataFrame(rows), DISCS, folder / "discs.parquet")
    run = {"variant": "default", "resolution": 24, "share": 1, "seed": 1, "part": "test"}
    parts = []
    for fold in (1, 2):
        chosen = np.array([int(patient[1:]) % 2 == fold - 1 for patient in names])
        values = embeddings(count, 4 + fold)[chosen]
        part = pd.DataFrame({"disc": [row["disc"] for row, one in zip(rows, chosen, strict=True) if one]})
        parts.append(part.assign(**run, split=f"fold-0{fold}", embedding=list(values)))
    found["embeddings"] = write_table(pd.concat(parts), EMBEDDINGS, folder / "embeddings.parquet")
    return found


def test_each_member_gets_its_cloud_in_order(tmp_path):
    learn_novelty(**write(tmp_path, 50), destination=tmp_path / "novelty.json")
    learned = read_learned(Novelty, tmp_path / "novelty.json")
    assert [(cloud.split, len(cloud.mean)) for cloud in learned.members] == [("fold-01", 5), ("fold-02", 6)]
    assert (learned.patients, learned.discs, learned.threshold) == (50, 250, 1.0)


def test_too_few_patients_are_told(tmp_path):
    learn_novelty(**write(tmp_path, 20), destination=tmp_path / "novelty.json")
    assert read_learned(Novelty, tmp_path / "novelty.json").startswith("A member was tested on 10 patients, and 20 are")


def test_embeddings_without_any_variance_are_no_fault():
    cloud = learn_cloud("fold-01", np.zeros((100, 3), np.float32), patients(20))
    assert np.isfinite(member_distance(np.ones((2, 3)), cloud)).all()

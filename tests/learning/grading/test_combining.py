"""The mean of several runs."""

import numpy as np
import pyarrow as pa
import pytest

from discgrade import records
from discgrade.learning.grading.combining import combine_runs
from discgrade.records.results.training import PREDICTIONS

SAMPLES = [("a", 0), ("a", 1), ("b", 0), ("b", 1)]


def write(path, outputs, samples=SAMPLES):
    rows = [
        {"disc": disc, "copy": copy, "part": "test", "outputs": values}
        for (disc, copy), values in zip(samples, outputs, strict=True)
    ]
    records.write(pa.Table.from_pylist(rows, PREDICTIONS), PREDICTIONS, path)
    return path


@pytest.fixture
def combine(tmp_path):
    """A function that averages runs, and returns the rows."""

    def combine(*runs):
        combine_runs(predictions=runs, destination=tmp_path / "mean.parquet")
        return records.read(tmp_path / "mean.parquet", PREDICTIONS).to_pylist()

    return combine


def test_every_run_counts_alike_whatever_the_order_of_its_rows(tmp_path, combine):
    outputs = np.random.default_rng(1).dirichlet(np.ones(5), (3, 4)).astype(np.float32)
    runs = [write(tmp_path / f"{number}.parquet", values.tolist()) for number, values in enumerate(outputs[:2])]
    runs.append(write(tmp_path / "2.parquet", outputs[2][::-1].tolist(), SAMPLES[::-1]))
    rows = combine(*runs)
    assert [(row["disc"], row["copy"]) for row in rows] == SAMPLES
    np.testing.assert_allclose([row["outputs"] for row in rows], outputs.mean(axis=0), rtol=1e-6)


def test_the_mean_of_one_run_is_that_run(tmp_path, combine):
    values = [[0.25, 0.75], [0.5, 0.5], [1.0, 0.0], [0.125, 0.875]]
    run = write(tmp_path / "one.parquet", values)
    assert combine(run) == records.read(run, PREDICTIONS).to_pylist()


def test_runs_on_other_samples_are_refused(tmp_path, combine):
    one = write(tmp_path / "one.parquet", [[0.5, 0.5]] * 4)
    other = write(tmp_path / "other.parquet", [[0.5, 0.5]] * 4, [("a", 0), ("a", 1), ("b", 0), ("c", 0)])
    with pytest.raises(ValueError, match="should predict the same samples"):
        combine(one, other)


def test_runs_on_other_scales_are_refused(tmp_path, combine):
    one = write(tmp_path / "one.parquet", [[0.5, 0.5]] * 4)
    other = write(tmp_path / "other.parquet", [[0.5, 0.25, 0.25]] * 4)
    with pytest.raises(ValueError, match=r"as many outputs each\. Received: \[2, 3\]"):
        combine(one, other)

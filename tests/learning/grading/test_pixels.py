"""Pixels are those of the shards, in memory or in a file."""

import numpy as np
import pyarrow.parquet as pq
import pytest

from discgrade.learning.grading import pixels
from discgrade.settings.run import Run


def test_pixels_are_those_of_the_shards_by_disc_and_copy(cohort, load):
    data = load()
    stored = {
        (row["disc"], row["copy"]): row["pixels"]
        for shard in cohort.samples
        for row in pq.read_table(shard).to_pylist()
    }
    keys = list(zip(data.disc, data.copy.tolist(), strict=True))
    assert keys == sorted(keys)
    for key, image in zip(keys, data.pixels, strict=True):
        assert image.astype("<u2").tobytes() == stored[key]


def test_pixels_go_to_a_file_when_memory_is_short(load, monkeypatch):
    expected = load().pixels
    monkeypatch.setattr(pixels, "SHARE", 0)
    in_a_file = load().pixels
    assert isinstance(in_a_file, np.memmap)
    np.testing.assert_array_equal(in_a_file, expected)


def test_samples_of_another_resolution_are_refused(load):
    with pytest.raises(ValueError, match="not the expected table"):
        load(run=Run("default", 32, 1, "holdout", 1))

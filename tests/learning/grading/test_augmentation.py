"""Shards of samples: keyed transforms, each disc on its own."""

import math
from dataclasses import asdict, replace

import numpy as np
import pyarrow.parquet as pq
import pytest

from discgrade.imaging.sampling import AS_READ, Transform, sample
from discgrade.learning.grading.augmentation import augment_shard, scored_views, transforms
from discgrade.records import read, write
from discgrade.records.cohort.regions import ROIS
from discgrade.records.cohort.samples import sample_schema
from discgrade.settings.model import Augmentation

SETTINGS = Augmentation(copies=4, flip=0.5, rotation=20.0, zoom=1.0, shift=0.0, gamma=1.0, seed=1)


def noise(rows: int, columns: int, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).integers(0, 65536, (rows, columns)).astype(np.uint16)


def roi_row(disc: str, rows: int = 20, columns: int = 26) -> dict[str, object]:
    seed = sum(disc.encode())
    place = {"spacing": 0.5, "offset": 10.0, "scale": 0.25, "outside": 0.0, "obliquity": None}
    return {"disc": disc, "pixels": noise(rows, columns, seed).tobytes(), "rows": rows, "columns": columns, **place}


@pytest.fixture
def augmented(tmp_path):
    """A function that augments discs and returns the table, read back."""

    def run(discs, *, resolution=16, border="edge", **changes):
        rois, destination = tmp_path / "rois.parquet", tmp_path / "samples.parquet"
        write([roi_row(disc) for disc in discs], ROIS, rois)
        augmentation = replace(SETTINGS, **changes)
        augment_shard(
            rois=rois, destination=destination, resolution=resolution, border=border, augmentation=augmentation
        )
        return read(destination, sample_schema(resolution))

    return run


def test_copy_zero_is_as_read(augmented):
    rows = augmented(["A", "B"]).to_pylist()
    assert [(row["disc"], row["copy"]) for row in rows] == [(disc, copy) for disc in "AB" for copy in range(5)]
    for row in rows:
        if row["copy"] == 0:
            assert {name: row[name] for name in asdict(AS_READ)} == asdict(AS_READ)
            native = np.frombuffer(roi_row(row["disc"])["pixels"], "<u2").reshape(20, 26)
            np.testing.assert_array_equal(np.frombuffer(row["pixels"], "<u2").reshape(16, 16), sample(native, 16))


def test_written_transforms_are_those_of_the_pixels(augmented):
    for row in augmented(["A", "B", "C"], zoom=1.3, shift=0.1, gamma=1.5).to_pylist():
        native = np.frombuffer(roi_row(row["disc"])["pixels"], "<u2").reshape(20, 26)
        expected = sample(native, 16, Transform(**{name: row[name] for name in asdict(AS_READ)}))
        pixels = np.frombuffer(row["pixels"], "<u2").reshape(16, 16)
        np.testing.assert_allclose(pixels, expected, atol=2)


def test_grey_mapping_is_kept(augmented):
    table = augmented(["A"])
    assert set(table["offset"].to_pylist()) == {10.0}
    assert set(table["scale"].to_pylist()) == {0.25}


def test_a_disc_does_not_depend_on_its_neighbours(augmented):
    """The same samples whatever the shard holds, in whatever order."""

    def by_name(table):
        return {(row["disc"], row["copy"]): row for row in table.to_pylist()}

    alone = by_name(augmented(["B"]))
    together = by_name(augmented(["C", "B", "A"]))
    assert alone.items() <= together.items()


def test_earlier_copies_do_not_depend_on_later_ones(augmented):
    few = augmented(["A"], copies=2).to_pylist()
    assert augmented(["A"], copies=4).to_pylist()[:3] == few


def test_seed_changes_the_copies_only(augmented):
    one, other = augmented(["A"]).to_pylist(), augmented(["A"], seed=2).to_pylist()
    assert one[0] == other[0]
    assert all(a["angle"] != b["angle"] for a, b in zip(one[1:], other[1:], strict=True))


def test_no_copies_leave_the_discs_as_read(augmented):
    assert augmented(["A", "B"], copies=0)["copy"].to_pylist() == [0, 0]


def test_no_discs_make_an_empty_table(augmented):
    assert len(augmented([])) == 0


def test_same_bytes_every_time(augmented, tmp_path):
    augmented(["A", "B"])
    first = (tmp_path / "samples.parquet").read_bytes()
    augmented(["A", "B"])
    assert (tmp_path / "samples.parquet").read_bytes() == first


def test_flips_and_angles_have_their_distribution(augmented):
    table = augmented([f"disc {number}" for number in range(400)], resolution=4).to_pandas()
    changed = table[table["copy"] > 0]
    assert changed["flip"].mean() == pytest.approx(0.5, abs=0.05)
    assert changed["angle"].between(-20, 20).all()
    assert changed["angle"].mean() == pytest.approx(0, abs=1)
    assert changed["angle"].std() == pytest.approx(40 / math.sqrt(12), rel=0.05)
    assert abs(np.corrcoef(changed["flip"], changed["angle"])[0, 1]) < 0.1


@pytest.mark.parametrize(("flip", "flipped"), [(0.0, 0.0), (1.0, 1.0)])
def test_flip_probability_bounds(augmented, flip, flipped):
    table = augmented(["A", "B"], flip=flip).to_pandas()
    assert table.loc[table["copy"] > 0, "flip"].mean() == flipped


def test_row_groups_hold_whole_discs(augmented, tmp_path):
    augmented([f"disc {number}" for number in range(300)], resolution=4)
    metadata = pq.ParquetFile(tmp_path / "samples.parquet").metadata
    sizes = [metadata.row_group(group).num_rows for group in range(metadata.num_row_groups)]
    assert sum(sizes) == 1500
    assert max(sizes) <= 1024
    assert not any(size % 5 for size in sizes)


def test_transforms_stay_within_the_settings_and_fill_them():
    _, *drawn_ones = transforms("A", replace(SETTINGS, copies=500, zoom=1.25, shift=0.1, gamma=1.5))
    drawn = {name: np.array([getattr(one, name) for one in drawn_ones]) for name in asdict(AS_READ)}
    bounds = {"angle": 20, "right": 0.1, "down": 0.1}
    for name, bound in bounds.items():
        assert bound * 0.98 < np.abs(drawn[name]).max() <= bound
    for name, bound in {"zoom": 1.25, "gamma": 1.5}.items():
        assert np.abs(np.log(drawn[name])).max() <= math.log(bound)
        assert np.log(drawn[name]).std() == pytest.approx(2 * math.log(bound) / math.sqrt(12), rel=0.1)
    correlations = np.corrcoef([values.astype(float) for values in drawn.values()])
    assert np.abs(correlations[~np.eye(len(drawn), dtype=bool)]).max() < 0.15


@pytest.mark.parametrize("score", ["as_read", "augmented"])
def test_a_new_disc_is_seen_as_read(score):
    assert scored_views(score, SETTINGS) == (AS_READ,)


def test_where_copies_are_averaged_a_new_disc_is_seen_in_as_many_ways():
    views = scored_views("averaged", SETTINGS)
    assert views[0] == AS_READ
    assert len(set(views)) == 5
    assert scored_views("averaged", SETTINGS) == views

"""A locator, end to end: trained on the phantom patients of the smoke study, measured, traced, and carried away."""

import csv
from itertools import pairwise

import numpy as np
import pyarrow.parquet as pq
import pytest
import yaml

from discgrade.grading.bundle.opening import open_bundle
from discgrade.grading.locating.locator import locator_of
from discgrade.imaging.dicom import read_slice
from discgrade.imaging.upright import upright
from discgrade.provenance.audit.trace import trace
from discgrade.provenance.audit.verify import verify

pytestmark = [pytest.mark.slow, pytest.mark.ci]

TINY = {"train": True, "side": 64, "spacing_mm": 4.4, "width": 0.5, "epochs": 40, "batch": 4, "learning_rate": 0.01}


@pytest.fixture
def located(smoke_copy, run_snakemake):
    """The results of the smoke study with a tiny locator."""
    overlay = yaml.safe_load((smoke_copy / "studies" / "smoke.yaml").read_text()) | {"locator": TINY}
    (smoke_copy / "studies" / "located.yaml").write_text(yaml.safe_dump(overlay))
    wanted = "localisation_table", "localisation_figure", "draw_worst_boxes", "bundle"
    result = run_snakemake(smoke_copy, *wanted, "--configfile", "studies/located.yaml")
    assert result.returncode == 0, result.stderr[-1500:]
    return smoke_copy / "results" / "smoke"


def test_a_study_trains_measures_and_carries_away_its_locator(located):
    discs = pq.read_table(located / "discs.parquet").to_pylist()
    boxes = pq.read_table(located / "boxes.parquet").to_pylist()
    assert sorted(row["disc"] for row in boxes) == [row["disc"] for row in discs]
    splits = pq.read_table(located / "splits.parquet").to_pylist()
    tested = {row["patient"]: row["split"] for row in splits if row["part"] == "test" and row["split"] != "holdout"}
    assert all(row["split"] == tested[row["patient"]] for row in boxes)
    # Even a network of a moment sees more than chance would: half of the centres within a disc's height.
    assert np.median([row["distance"] for row in boxes if row["distance"] is not None]) < 15

    with (located / "tables" / "localisation.csv").open(newline="", encoding="utf-8") as text:
        rows = {row["row"]: row for row in csv.DictReader(text)}
    right = [row["seen_distance"] is not None and row["seen_distance"] <= 7 for row in boxes]
    assert float(rows["all"]["detected"]) == pytest.approx(np.mean(right))
    assert int(rows["all"]["n"]) == len(discs)

    found = trace(located / "tables" / "localisation.csv", "all", "detected")
    assert not found.faults
    rules = {found.chain.records[name]["rule"] for name in found.names}
    assert {"train_locator", "locator_slices", "gather_boxes", "measure_localisation"} <= rules
    made = ("localisation", "boxes", "tables/localisation", "figures/localisation", "figures/worst", "bundle")
    faults = verify(located, scripts=located.parents[1] / "workflow_scripts").faults
    assert [fault for fault in faults if fault.culprit.startswith(made)] == []

    locator = locator_of(open_bundle(located / "bundle.zip"))
    assert locator.facts.levels == ("L5/S1", "L4/L5", "L3/L4", "L2/L3", "L1/L2")
    instance = pq.read_table(located / "instances" / "00.parquet").to_pylist()[0]
    image = read_slice(located / "export" / instance["path"])
    turn = upright(image.orientation)
    (seen,) = locator([turn.pixels(image.pixels)], turn.shape(image.row_spacing, image.column_spacing))
    levels = [locator.facts.levels.index(disc.level) for disc in seen.discs]
    assert all(low < high for low, high in pairwise(levels))

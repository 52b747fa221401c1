"""The smoke study, end to end: what its outputs hold."""

import csv
import json

import numpy as np
import pyarrow.parquet as pq
import pytest
from sklearn.metrics import accuracy_score, cohen_kappa_score

from discgrade import records
from discgrade.grades import integral
from discgrade.provenance.audit.verify import verify
from discgrade.records.cohort.discs import DISCS
from discgrade.records.cohort.readings import RATINGS
from discgrade.records.cohort.splits import SPLITS
from discgrade.records.results.scores import GRADED, SCORES
from discgrade.records.results.training import PREDICTIONS
from discgrade.settings import grid

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def results(smoke):
    return smoke / "results" / "smoke"


@pytest.fixture(scope="module")
def study(study_of):
    return study_of("smoke.yaml")


@pytest.fixture(scope="module")
def graded(results):
    return records.read(results / "graded.parquet", GRADED).to_pandas()


def rows_of(path):
    with path.open(newline="", encoding="utf-8") as text:
        return list(csv.DictReader(text))


def test_every_disc_of_every_patient_is_there(smoke, results, study):
    phantom = study.cohort.phantom
    discs = records.read(results / "discs.parquet", DISCS).to_pandas()
    sheet = rows_of(smoke / "private" / "smoke" / "source" / "ratings.csv")
    assert len(discs) == len({(row["sop_instance_uid"], row["level"]) for row in sheet})
    assert discs.groupby("cohort")["patient"].nunique().to_dict() == {
        "primary": phantom.primary,
        "supplemental": phantom.supplemental,
    }


def test_the_readings_are_those_of_the_sheet(smoke, results, study):
    readings = records.read(results / "ratings.parquet", RATINGS).to_pandas()
    sheet = rows_of(smoke / "private" / "smoke" / "source" / "ratings.csv")
    assert len(readings) == len(sheet)
    assert sorted(readings["grade"]) == sorted(float(row["grade"]) for row in sheet)
    counts = readings.groupby(["rater", "reading"]).size().to_dict()
    phantom = study.cohort.phantom
    assert counts[("R1", 2)] == phantom.reread
    assert counts[("R2", 1)] == phantom.second_rater


def test_no_patient_is_on_both_sides_of_a_split(results):
    splits = records.read(results / "splits.parquet", SPLITS).to_pandas()
    assert not splits.duplicated(["split", "patient"]).any()
    folds = splits[splits["split"].str.startswith("fold") & (splits["part"] == "test")]
    assert not folds.duplicated("patient").any()
    assert set(folds["patient"]) == set(splits["patient"])


def test_every_run_of_the_grid_was_scored_on_its_test_part(results, study, graded):
    discs = records.read(results / "discs.parquet", DISCS).to_pandas().set_index("disc")
    splits = records.read(results / "splits.parquet", SPLITS).to_pandas()
    for run in grid.all_runs(study):
        scored = graded[(graded[list(run.wildcards)] == list(run.wildcards.values())).all(axis=1)]
        part = splits[(splits["split"] == run.split) & (splits["part"] == "test")]
        assert set(discs.loc[scored["disc"], "patient"]) == set(part["patient"]), run.path


def test_probabilities_sum_to_one(results, study):
    run = grid.default_run(study)
    outputs = records.read(results / "runs" / run.path / "predictions.parquet", PREDICTIONS)["outputs"]
    probabilities = np.stack(outputs.to_numpy())
    assert probabilities.shape[1] == 13
    np.testing.assert_allclose(probabilities.sum(axis=1), 1, rtol=1e-5)


@pytest.mark.parametrize("variant", ["default", "integral", "mae"])
def test_scores_are_those_of_scikit_learn(results, study, graded, variant):
    run = graded[(graded["variant"] == variant) & (graded["split"] == "holdout") & (graded["share"] == 1)]
    run = run[run["resolution"] == study.images.resolution]
    scores = records.read(results / "scores.parquet", SCORES).to_pandas()
    mine = scores[(scores["variant"] == variant) & (scores["split"] == "holdout") & (scores["share"] == 1)]
    mine = mine[mine["seed"] == 1]
    mine = mine[(mine["resolution"] == study.images.resolution) & (mine["scope"] == "all")]
    value = mine[mine["grade"].isna()].set_index("metric")["value"]
    truth, prediction = integral(run["reference"]).astype(int), integral(run["predicted"]).astype(int)
    labels = [1, 2, 3, 4, 5]
    assert value["accuracy"] == pytest.approx(accuracy_score(truth, prediction), abs=1e-12)
    expected = cohen_kappa_score(truth, prediction, labels=labels, weights="linear")
    assert value["kappa_linear"] == pytest.approx(expected, abs=1e-12)


def test_table_2_prints_the_scores_of_the_study(results):
    scores = records.read(results / "scores.parquet", SCORES).to_pandas()
    chosen = scores[(scores["variant"] == "default") & (scores["split"] == "holdout") & (scores["scope"] == "all")]
    chosen = chosen[(chosen["share"] == 1) & (chosen["resolution"] == 24) & (chosen["seed"] == 1)]
    chosen = chosen[chosen["metric"] == "accuracy"]
    accuracy = chosen.loc[chosen["grade"].isna(), "value"].item()
    printed = [row for row in rows_of(results / "tables" / "table2.csv") if row["row"] == "default"]
    printed = [row for row in printed if row["source"] == "this study" and row["split"] == "holdout"]
    assert [float(row["accuracy"]) for row in printed] == [accuracy]


def test_each_table_has_its_four_renderings(results):
    for name in ("table1", "table2", "table3", "table4", "statements", "certainty", "stability", "cohort"):
        for kind in ("csv", "md", "tex", "html"):
            assert (results / "tables" / f"{name}.{kind}").stat().st_size > 100


def test_each_figure_has_its_renderings_and_its_table(results):
    others = ("confusion", "forest", "curves", "calibration", "flow")
    for name in (*(f"figure{number}" for number in range(1, 6)), *others):
        assert (results / "figures" / f"{name}.pdf").read_bytes().startswith(b"%PDF")
        assert (results / "figures" / f"{name}.png").read_bytes().startswith(b"\x89PNG")
        assert rows_of(results / "figures" / f"{name}.csv")


def test_table_1_shows_the_layers_of_the_default_run(results, study):
    network = pq.read_table(results / "runs" / grid.default_run(study).path / "network.parquet").to_pylist()
    shown = rows_of(results / "tables" / "table1.csv")
    assert [row["parameters"] for row in shown][: len(network)] == [str(layer["parameters"]) for layer in network]


def test_the_flow_adds_up(results):
    for stage in json.loads((results / "flow.json").read_text())["stages"]:
        assert stage["received"] == stage["kept"] + sum(stage["excluded"].values())


def test_no_identity_is_in_the_results(smoke, results):
    sheet = rows_of(smoke / "private" / "smoke" / "source" / "ratings.csv")
    folders = {path.name for path in (smoke / "private" / "smoke" / "source" / "dicom").iterdir()}
    names = {part for folder in folders for part in folder.split("_") if len(part) > 4}
    needles = {row[key] for row in sheet for key in ("patient_id", "sop_instance_uid", "rater")} | names
    needles = {needle.encode() for needle in needles if len(needle) > 4}
    assert len(needles) > 50
    for path in [*results.rglob("*"), *(smoke / ".snakemake").rglob("*")]:
        if path.is_file():
            content = path.read_bytes()
            assert not [needle for needle in needles if needle in content], path


def test_the_private_folder_is_closed_to_others(smoke):
    assert (smoke / "private" / "smoke").stat().st_mode & 0o077 == 0


def test_nothing_is_left_to_do(smoke, run_snakemake):
    result = run_snakemake(smoke, "-n", "--configfile", "studies/smoke.yaml")
    assert "Nothing to be done" in result.stdout + result.stderr


def test_every_job_is_behind_something_that_people_read(smoke, results):
    verdict = verify(results, scripts=smoke / "workflow_scripts")
    assert (verdict.faults, verdict.notes) == ([], [])


def test_no_half_written_file_is_left(results):
    assert not [path for path in results.rglob("*") if path.name.endswith(".partial")]


@pytest.mark.parametrize("name", ["report.html", "workflow.html"])
def test_a_report_stands_alone(smoke, results, name):
    report = (results / name).read_text(encoding="utf-8")
    assert "Global scores" in report or "Table 2" in report
    assert str(smoke) not in report
    assert 'src="http' not in report

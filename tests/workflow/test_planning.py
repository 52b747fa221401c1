"""What Snakemake plans and refuses, without running a job."""

import re

import pytest
import yaml

SHARDS = 32


def planned_jobs(output):
    table = output[output.index("Job stats:") :].split("\n\n")[0]
    return {name: int(count) for name, count in re.findall(r"^(\w+) +(\d+)$", table, re.MULTILINE)}


def test_the_paper_plans_its_whole_grid(project, run_snakemake):
    result = run_snakemake(project, "-n", "--configfile", "studies/paper.yaml")
    jobs = planned_jobs(result.stdout + result.stderr)
    # 8 variants + 10 folds + 5 further shares + 6 further resolutions; a sample shard for each of 7 resolutions
    assert jobs["train"] == 29
    assert jobs["augment"] == 7 * SHARDS
    assert jobs["deidentify"] == jobs["extract_rois"] == SHARDS


def test_one_table_plans_no_training_that_it_does_not_show(project, run_snakemake):
    result = run_snakemake(project, "-n", "table1", "--configfile", "studies/paper.yaml")
    assert planned_jobs(result.stdout + result.stderr)["train"] == 1


def test_a_fault_in_the_config_is_named_before_anything_runs(project, run_snakemake):
    overlay = {"trainig": {"epochs": 3}, "images": {"resolution": 16}}
    (project / "studies" / "wrong.yaml").write_text(yaml.safe_dump(overlay))
    result = run_snakemake(project, "--configfile", "studies/wrong.yaml")
    assert result.returncode == 1
    assert "unknown key 'trainig'" in result.stderr
    assert "images.resolution: should be at least 20 px" in result.stderr
    assert "Traceback" not in result.stderr
    assert not (project / "results" / "default").exists()


@pytest.mark.parametrize(
    ("cohort", "message"),
    [
        ({"source": "folder"}, "cohort.dicom: needed since cohort.source is folder"),
        ({"source": "folder", "dicom": "nowhere", "ratings": "config.yaml"}, "cohort.dicom: nothing is there"),
    ],
)
def test_a_missing_folder_is_named_before_anything_runs(project, run_snakemake, cohort, message):
    (project / "studies" / "mine.yaml").write_text(yaml.safe_dump({"study": "mine", "cohort": cohort}))
    result = run_snakemake(project, "--configfile", "studies/mine.yaml")
    assert result.returncode == 1
    assert message in result.stderr


def test_the_workflow_lints(project, run_snakemake):
    result = run_snakemake(project, "--lint")
    assert result.returncode == 0, result.stderr

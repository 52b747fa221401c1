"""What Snakemake plans and refuses, without running a job."""

import pytest
import yaml


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


@pytest.mark.ci
def test_braces_in_the_name_of_a_variant_are_no_wildcard(project, run_snakemake):
    variants = {"default": {"label": "Loss of $x_{n}$"}, "mae": {"label": "MAE {new}"}}
    (project / "studies" / "braces.yaml").write_text(yaml.safe_dump({"variants": variants}))
    wanted = "table1", "figure2", "figure3", "figure5"
    result = run_snakemake(project, "-n", *wanted, "--configfile", "studies/braces.yaml")
    assert result.returncode == 0, result.stderr[-1500:]

"""What an edit, a touch or a new setting makes necessary: exactly what it touches."""

import re
import shutil
import subprocess

import pytest
import yaml

pytestmark = pytest.mark.slow

SMOKE = ("--configfile", "studies/smoke.yaml")
SHOWN = {"table2", "table3", "table4", "statements", "forest", "figure3", "figure4"}
REPORT = {"crate", "chains", "report", "all"}


@pytest.fixture
def planned(smoke_copy, run_snakemake):
    """A function that returns how many jobs of each rule Snakemake would run now."""

    def plan(*configuration):
        result = run_snakemake(smoke_copy, "-n", *(configuration or SMOKE))
        assert result.returncode == 0, result.stderr[-1500:]
        output = result.stdout + result.stderr
        if "Nothing to be done" in output:
            return {}
        table = output[output.index("Job stats:") :].split("\n\n")[0]
        return {
            rule: int(count) for rule, count in re.findall(r"^(\w+) +(\d+)$", table, re.MULTILINE) if rule != "total"
        }

    plan.project = smoke_copy
    return plan


def edit(path, old, new):
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


def overlay(project, **changes):
    study = yaml.safe_load((project / "studies" / "smoke.yaml").read_text())
    (project / "studies" / "changed.yaml").write_text(yaml.safe_dump(study | changes))
    return "--configfile", "studies/changed.yaml"


def test_touching_everything_reruns_nothing(planned):
    for path in planned.project.rglob("*"):
        if ".snakemake" not in path.parts:
            path.touch()
    assert planned() == {}


def test_a_fresh_clone_with_copied_results_reruns_nothing(planned, project, run_snakemake):
    for name in ("results", "private", ".snakemake"):
        shutil.copytree(planned.project / name, project / name, dirs_exist_ok=True)
    result = run_snakemake(project, "-n", *SMOKE)
    assert "Nothing to be done" in result.stdout + result.stderr


def test_a_comment_and_a_docstring_rerun_nothing(planned):
    package = planned.project / "workflow_scripts" / "discgrade"
    losses = package / "learning" / "losses.py"
    losses.write_text(losses.read_text() + "\n\n# a comment\n")
    edit(package / "reliability" / "metrics.py", '"""', '"""Changed. ')
    assert planned() == {}


def test_an_edit_of_a_figure_reruns_that_figure(planned):
    trends = planned.project / "workflow_scripts" / "discgrade" / "publication" / "figures" / "trends.py"
    trends.write_text(trends.read_text() + "\nADDED = 1\n")
    assert set(planned()) == {"figure3", "figure4"} | REPORT


def test_an_edit_of_the_losses_reruns_trainings_and_what_follows(planned):
    losses = planned.project / "workflow_scripts" / "discgrade" / "learning" / "losses.py"
    losses.write_text(losses.read_text() + "\nADDED = 1\n")
    jobs = planned()
    assert jobs["train"] == 8
    assert {"score", "credible_intervals"} | SHOWN | REPORT <= set(jobs)
    assert {"augment", "extract_rois", "deidentify", "split", "cohort", "figure1"}.isdisjoint(jobs)


def test_a_new_variant_trains_itself_alone(planned):
    variants = ["default", "integral", "mae", "paper_protocol", "ordinal"]
    jobs = planned(*overlay(planned.project, grid={"variants": variants}))
    assert jobs["train"] == 1
    assert {"augment", "extract_rois", "split", "figure1", "table1"}.isdisjoint(jobs)


def test_another_seed_of_the_bootstrap_trains_nothing(planned):
    jobs = planned(*overlay(planned.project, intervals={"draws": 2000, "seed": 2}))
    assert set(jobs) <= {"credible_intervals"} | SHOWN | REPORT
    assert jobs["credible_intervals"] == 1


def test_a_deleted_table_is_made_again_alone(planned, run_snakemake):
    before = {path.name: path.read_bytes() for path in (planned.project / "results/smoke/tables").glob("table3.*")}
    for name in before:
        (planned.project / "results" / "smoke" / "tables" / name).unlink()
    result = run_snakemake(planned.project, "table3", *SMOKE)
    assert result.returncode == 0
    assert "1 of 1 steps" in result.stdout + result.stderr
    after = {path.name: path.read_bytes() for path in (planned.project / "results/smoke/tables").glob("table3.*")}
    assert after == before


@pytest.mark.parametrize("module", ["tables.table2", "tables.statements", "figures.agreement", "figures.forest"])
def test_no_table_or_figure_imports_tensorflow(module, project):
    code = (
        f"import sys, discgrade.publication.{module}; sys.exit('tensorflow' in sys.modules or 'keras' in sys.modules)"
    )
    import sys

    folder = project / "workflow_scripts"
    assert subprocess.run([sys.executable, "-c", code], cwd=folder, check=False).returncode == 0

"""What an edit, a touch or a new setting makes necessary: exactly what it touches."""

import re
import shutil
import subprocess

import pytest
import yaml

pytestmark = pytest.mark.slow

SMOKE = ("--configfile", "studies/smoke.yaml")
SHOWN = {"table2", "table3", "table4", "statements", "forest", "figure3", "figure4"}
GRADED = {"figure2", "figure5", "confusion"}
FIGURES = {f"figure{number}" for number in range(1, 6)} | {"confusion", "curves", "draw_rois", "flow", "forest"}
TRAINED = {"train", "score", "credible_intervals", "curves", "table1"} | SHOWN | GRADED
UNTRAINED = {"make_phantom", "deidentify", "select_discs", "split", "extract_rois", "augment", "cohort"}
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


@pytest.mark.parametrize("copied", [("results", "private", ".snakemake"), ("results", ".snakemake"), ("results",)])
def test_a_fresh_clone_with_copied_results_reruns_nothing(planned, project, run_snakemake, copied):
    """Without .snakemake Snakemake judges by time stamps, which the copy then has to keep."""
    for name in copied:
        shutil.copytree(planned.project / name, project / name, dirs_exist_ok=True)
    if ".snakemake" in copied:
        for path in (project / "results").rglob("*"):
            path.touch()
    result = run_snakemake(project, "-n", *SMOKE)
    assert "Nothing to be done" in result.stdout + result.stderr


def test_a_comment_and_a_docstring_rerun_nothing(planned):
    package = planned.project / "src" / "discgrade"
    losses = package / "learning" / "losses.py"
    losses.write_text(losses.read_text() + "\n\n# a comment\n")
    edit(package / "reliability" / "metrics.py", '"""', '"""Changed. ')
    assert planned() == {}


def test_an_edit_of_what_decides_no_result_reruns_nothing(planned):
    for name in ("step.py", "host.py"):
        module = planned.project / "src" / "discgrade" / name
        module.write_text(module.read_text() + "\nADDED = 1\n")
    assert planned() == {}


def test_an_edit_of_a_figure_reruns_that_figure(planned):
    trends = planned.project / "src" / "discgrade" / "publication" / "figures" / "trends.py"
    trends.write_text(trends.read_text() + "\nADDED = 1\n")
    assert set(planned()) == {"figure3", "figure4"} | REPORT


def test_an_edit_of_what_all_figures_share_reruns_figures_alone(planned):
    style = planned.project / "src" / "discgrade" / "publication" / "figures" / "style.py"
    style.write_text(style.read_text() + "\nADDED = 1\n")
    assert set(planned()) == FIGURES | REPORT


def test_an_edit_of_the_losses_reruns_trainings_and_what_follows(planned):
    losses = planned.project / "src" / "discgrade" / "learning" / "losses.py"
    losses.write_text(losses.read_text() + "\nADDED = 1\n")
    jobs = planned()
    assert jobs["train"] == 8
    assert set(jobs) == TRAINED | REPORT


def test_a_new_variant_trains_itself_alone(planned):
    variants = ["default", "integral", "mae", "paper_protocol", "ordinal"]
    jobs = planned(*overlay(planned.project, grid={"variants": variants}))
    assert jobs["train"] == 1
    assert set(jobs) == (TRAINED - {"table1"}) | REPORT


def test_another_seed_of_the_bootstrap_reruns_intervals_tables_and_figures(planned):
    jobs = planned(*overlay(planned.project, intervals={"draws": 2000, "seed": 2}))
    assert set(jobs) == {"credible_intervals"} | SHOWN | REPORT


def test_other_locked_versions_rerun_everything_and_a_comment_on_them_nothing(planned):
    lock = planned.project / "envs" / "requirements.lock"
    lock.write_text("# a comment\n" + lock.read_text())
    assert planned() == {}
    lock.write_text(re.sub(r"^numpy==\S+", "numpy==0.0.1", lock.read_text(), flags=re.MULTILINE))
    jobs = planned()
    assert (jobs["make_phantom"], jobs["train"]) == (1, 8)
    assert set(jobs) == TRAINED | FIGURES | REPORT | UNTRAINED


@pytest.mark.parametrize(
    ("changes", "rules"),
    [
        ({"report": {"disc_pictures": False}}, {"figure2", "figure5", "draw_rois"} | REPORT),
        ({"augmentation": {"copies": 1, "rotation": 10}}, {"augment"} | TRAINED | REPORT),
        ({"provenance": {"title": "Another title"}}, {"crate", "report", "all"}),
    ],
)
def test_a_changed_setting_reruns_the_rules_that_take_it(planned, changes, rules):
    assert set(planned(*overlay(planned.project, **changes))) == rules


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

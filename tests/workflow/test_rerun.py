"""What an edit, a touch or a new setting makes necessary: exactly what it touches."""

import re
import shutil
import subprocess

import pytest
import yaml

from discgrade.provenance.chain import LAYOUT

pytestmark = pytest.mark.slow

SMOKE = ("--configfile", "studies/smoke.yaml")
SHOWN = {"checklist", "table2", "table3", "table4", "statements", "forest", "figure2", "figure3", "figure4", "figure5"}
GRADED = {"figure2", "figure5", "confusion"}
FIGURES = {f"figure{number}" for number in range(1, 6)} | {
    "confusion",
    "curves",
    "draw_rois",
    "flow",
    "forest",
    "calibration",
    "groups",
    "bland_altman",
    "widths",
}
PAPER = {"table2", "table3", "table4"}
AGREED = {"agreement", "subgroups", "limits", "sample_size", "groups", "bland_altman", "widths"}
BUNDLE = {"bundle", "export_members", "learn_novelty"}
STABLE = {"regrade_moved", "stability"}
CERTAIN = {"calibrate", "certainty", "calibration"}
TRAINED = (
    {"train", "score", "credible_intervals", "curves", "table1"} | SHOWN | GRADED | BUNDLE | STABLE | CERTAIN | AGREED
)
UNTRAINED = {"make_phantom", "deidentify", "select_discs", "split", "extract_rois", "flag_regions", "augment", "cohort"}
REPORT = {"crate", "chains", "report", "workflow_report", "writing", "manuscript", "all"}
TABLES = {"checklist", "table1", "table2", "table3", "table4", "statements", "certainty", "stability", "cohort"} | {
    "subgroups",
    "limits",
    "sample_size",
}
EVERYTHING = UNTRAINED | TRAINED | FIGURES | REPORT
PACKAGE = "src/discgrade"


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


def test_comments_and_docstrings_in_every_module_and_script_rerun_nothing(planned):
    for path in [*(planned.project / PACKAGE).rglob("*.py"), *(planned.project / "workflow_scripts").glob("*.py")]:
        edit(path, '"""', '"""Changed. ')
        path.write_text(path.read_text(encoding="utf-8") + "\n# a comment\n", encoding="utf-8")
    assert planned() == {}


def test_a_comment_in_the_rules_reruns_the_crate_that_holds_a_copy_of_them(planned):
    rules = planned.project / "rules" / "samples.smk"
    rules.write_text("# a comment\n" + rules.read_text())
    assert set(planned()) == {"crate", "workflow_report", "all"}


@pytest.mark.parametrize(
    ("path", "old", "new", "rules"),
    [
        (f"{PACKAGE}/records/columns.py", "pseudonym of the patient", "the patient's pseudonym", set()),
        (f"{PACKAGE}/records/results/scores.py", "value of the metric; NaN where undefined", "the metric", set()),
        (f"{PACKAGE}/records/cohort/export.py", '"mm"', '"millimetres"', set()),
        ("rules/captions/figure1.rst", "Number of discs", "How many discs", {"workflow_report", "all"}),
        (f"{PACKAGE}/publication/figures/drawing/panels.py", ", folds", ", all folds", {"confusion"} | REPORT),
        (f"{PACKAGE}/__init__.py", '__version__ = "', '__version__ = "9.', {"bundle"} | REPORT),
    ],
    ids=["meaning", "meaning of a score", "unit", "caption", "title of a panel", "version"],
)
def test_words_rerun_what_shows_them_alone(planned, path, old, new, rules):
    edit(planned.project / path, old, new)
    assert set(planned()) == rules


def test_the_label_of_a_variant_reruns_what_shows_it_and_no_training(planned):
    jobs = set(planned(*overlay(planned.project, variants={"integral": {"label": "Five grades"}})))
    assert jobs == {"table2", "table3", "table4", "statements", "forest", "confusion", "curves"} | REPORT


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
    style = planned.project / "src" / "discgrade" / "publication" / "figures" / "drawing" / "style.py"
    style.write_text(style.read_text() + "\nADDED = 1\n")
    assert set(planned()) == FIGURES | REPORT


def test_an_edit_of_the_losses_reruns_trainings_and_what_follows(planned):
    losses = planned.project / "src" / "discgrade" / "learning" / "grading" / "losses.py"
    losses.write_text(losses.read_text() + "\nADDED = 1\n")
    jobs = planned()
    assert jobs["train"] == 8
    assert set(jobs) == TRAINED | REPORT


def test_a_new_variant_trains_itself_alone(planned):
    variants = ["default", "integral", "mae", "paper_protocol", "ordinal"]
    jobs = planned(*overlay(planned.project, grid={"variants": variants}))
    assert jobs["train"] == 1
    same = {"table1", "export_members", "learn_novelty", "calibrate", "regrade_moved"}
    assert set(jobs) == (TRAINED - same) | {"figure1", "flow"} | REPORT


def test_another_seed_of_the_bootstrap_reruns_intervals_tables_and_figures(planned):
    jobs = planned(*overlay(planned.project, intervals={"draws": 2000, "seed": 2}))
    drawn = FIGURES - {"draw_rois", "figure1", "flow", "confusion", "curves"}
    assert set(jobs) == {"credible_intervals", "bundle"} | SHOWN | drawn | CERTAIN | STABLE | AGREED | REPORT


def lock(project, package):
    path = project / "envs" / "requirements.lock"
    text, count = re.subn(rf"^{package}==\S+", f"{package}==0.0.1", path.read_text(), flags=re.MULTILINE)
    assert count == 1
    path.write_text(text)


def test_a_comment_on_the_locked_versions_reruns_nothing(planned):
    path = planned.project / "envs" / "requirements.lock"
    path.write_text("# a comment\n" + path.read_text())
    assert planned() == {}


@pytest.mark.parametrize(
    ("package", "rules"),
    [
        ("matplotlib", FIGURES | REPORT),
        ("pydicom", EVERYTHING),
        ("numpy", EVERYTHING),
        ("tensorflow", TRAINED | REPORT),
        ("keras", TRAINED | REPORT),
        ("arviz", {"credible_intervals", "bundle"} | SHOWN | CERTAIN | STABLE | AGREED | REPORT),
        ("rocrate", {"crate", "workflow_report", "all"}),
        ("snakemake", {"workflow_report", "all"}),
    ],
)
def test_another_version_of_a_package_reruns_what_reaches_it_and_what_follows(planned, package, rules):
    lock(planned.project, package)
    assert set(planned()) == rules


def test_results_of_an_earlier_layout_are_made_anew_and_said_once(planned, run_snakemake):
    """With Snakemake's notes and without them; after the first job it is not said again."""
    results = planned.project / "results" / "smoke"
    (results / "provenance" / f"layout-{LAYOUT}").unlink()
    (results / "provenance" / "config-0123456789abcdef.json").write_text("{}")
    assert set(planned()) == EVERYTHING | {"layout"}
    shutil.rmtree(planned.project / ".snakemake")
    assert set(planned()) == EVERYTHING | {"layout"}
    first = run_snakemake(planned.project, "layout", *SMOKE)
    assert first.stderr.count("results/smoke was made by an earlier version") == 1
    assert not (results / "provenance" / "config-0123456789abcdef.json").exists()
    second = run_snakemake(planned.project, "-n", *SMOKE)
    assert "earlier version" not in second.stderr
    assert set(planned()) == EVERYTHING


@pytest.mark.parametrize(
    ("changes", "rules"),
    [
        ({"report": {"disc_pictures": False}}, {"figure2", "figure5", "draw_rois"} | REPORT),
        ({"augmentation": {"copies": 1, "rotation": 10}}, {"augment"} | TRAINED | REPORT),
        ({"provenance": {"title": "Another title"}}, REPORT - {"chains"}),
        ({"report": {"compare_with_paper": False}}, {"table1", "cohort", "statements"} | PAPER | REPORT),
    ],
)
def test_a_changed_setting_reruns_the_rules_that_take_it(planned, changes, rules):
    assert set(planned(*overlay(planned.project, **changes))) == rules


def test_a_deleted_table_is_made_again_alone(planned, run_snakemake):
    """Its document and workbook are made with all others, by the step `manuscript`."""
    tables, apart = planned.project / "results/smoke/tables", {".docx", ".xlsx"}
    before = {path.name: path.read_bytes() for path in tables.glob("table3.*") if path.suffix not in apart}
    for name in before:
        (tables / name).unlink()
    result = run_snakemake(planned.project, "table3", *SMOKE)
    assert result.returncode == 0
    assert "1 of 1 steps" in result.stdout + result.stderr
    after = {path.name: path.read_bytes() for path in tables.glob("table3.*") if path.suffix not in apart}
    assert after == before


@pytest.mark.parametrize(
    "module", ["tables.paper.table2", "tables.paper.statements", "figures.agreement", "figures.forest"]
)
def test_no_table_or_figure_imports_tensorflow(module, project):
    code = (
        f"import sys, discgrade.publication.{module}; sys.exit('tensorflow' in sys.modules or 'keras' in sys.modules)"
    )
    import sys

    folder = project / "src"
    assert subprocess.run([sys.executable, "-c", code], cwd=folder, check=False).returncode == 0

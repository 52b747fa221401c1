"""What an edit, a touch or a new setting makes necessary: exactly what it touches."""

import re
import shutil
import subprocess
import sys

import pytest
import yaml

from discgrade.provenance.chain import LAYOUT

from ..conftest import ROOT

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
REPORT = {"crate", "chains", "report", "workflow_report", "writing", "documents", "manuscript", "all"}
DRAWN = REPORT - {"documents"}
"""What follows figures: tables become documents without them."""
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
        output = plan.said = result.stdout + result.stderr
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


MEANINGS = (
    (f"{PACKAGE}/records/columns.py", "pseudonym of the patient", "the patient's pseudonym"),
    (f"{PACKAGE}/records/results/scores.py", "value of the metric; NaN where undefined", "the metric"),
    (f"{PACKAGE}/records/cohort/export.py", '"mm"', '"millimetres"'),
)


def test_what_decides_no_result_reruns_nothing(planned):
    """Meanings and units, what only runs a job, comments and docstrings everywhere, new time stamps: all at once."""
    for path, old, new in MEANINGS:
        edit(planned.project / path, old, new)
    for name in ("step.py", "host.py"):
        module = planned.project / PACKAGE / name
        module.write_text(module.read_text() + "\nADDED = 1\n")
    for path in [*(planned.project / PACKAGE).rglob("*.py"), *(planned.project / "workflow_scripts").glob("*.py")]:
        edit(path, '"""', '"""Changed. ')
        path.write_text(path.read_text(encoding="utf-8") + "\n# a comment\n", encoding="utf-8")
    locked = planned.project / "envs" / "requirements.lock"
    locked.write_text("# a comment\n" + locked.read_text())
    for path in planned.project.rglob("*"):
        if ".snakemake" not in path.parts:
            path.touch()
    assert planned() == {}


@pytest.mark.parametrize("copied", [("results", ".snakemake"), ("results",)])
def test_a_fresh_clone_with_copied_results_reruns_nothing(planned, project, run_snakemake, copied):
    """Without .snakemake Snakemake judges by time stamps, which the copy then has to keep."""
    for name in copied:
        shutil.copytree(planned.project / name, project / name, dirs_exist_ok=True)
    if ".snakemake" in copied:
        for path in (project / "results").rglob("*"):
            path.touch()
    result = run_snakemake(project, "-n", *SMOKE)
    assert "Nothing to be done" in result.stdout + result.stderr


def test_a_comment_in_the_rules_reruns_the_crate_that_holds_a_copy_of_them(planned):
    rules = planned.project / "rules" / "samples.smk"
    rules.write_text("# a comment\n" + rules.read_text())
    assert set(planned()) == {"crate", "all"}


@pytest.mark.parametrize(
    ("path", "old", "new", "rules"),
    [
        ("rules/captions/figure1.rst", "Number of discs", "How many discs", {"workflow_report", "all"}),
        (f"{PACKAGE}/publication/figures/drawing/panels.py", ", folds", ", all folds", {"confusion"} | DRAWN),
        (f"{PACKAGE}/__init__.py", '__version__ = "', '__version__ = "9.', {"bundle"} | DRAWN),
    ],
    ids=["caption", "title of a panel", "version"],
)
def test_words_rerun_what_shows_them_alone(planned, path, old, new, rules):
    edit(planned.project / path, old, new)
    assert set(planned()) == rules


def test_the_label_of_a_variant_reruns_what_shows_it_and_no_training(planned):
    jobs = set(planned(*overlay(planned.project, variants={"integral": {"label": "Five grades"}})))
    assert jobs == {"table2", "table3", "table4", "statements", "forest", "confusion", "curves"} | REPORT


def test_an_edit_of_a_figure_reruns_that_figure(planned):
    trends = planned.project / "src" / "discgrade" / "publication" / "figures" / "trends.py"
    trends.write_text(trends.read_text() + "\nADDED = 1\n")
    assert set(planned()) == {"figure3", "figure4"} | DRAWN


def test_an_edit_of_what_all_figures_share_reruns_figures_alone(planned):
    style = planned.project / "src" / "discgrade" / "publication" / "figures" / "drawing" / "style.py"
    style.write_text(style.read_text() + "\nADDED = 1\n")
    assert set(planned()) == FIGURES | DRAWN


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
    same = {"table1", "export_members", "learn_novelty", "regrade_moved"} | CERTAIN
    assert set(jobs) == (TRAINED - same) | REPORT


def test_another_seed_of_the_bootstrap_reruns_intervals_tables_and_figures(planned):
    jobs = planned(*overlay(planned.project, intervals={"draws": 2000, "seed": 2}))
    drawn = FIGURES - {"draw_rois", "figure1", "flow", "confusion", "curves"}
    assert set(jobs) == {"credible_intervals", "bundle"} | SHOWN | drawn | CERTAIN | STABLE | AGREED | REPORT


def lock(project, package):
    path = project / "envs" / "requirements.lock"
    text, count = re.subn(rf"^{package}==\S+", f"{package}==0.0.1", path.read_text(), flags=re.MULTILINE)
    assert count == 1
    path.write_text(text)


@pytest.mark.parametrize(
    ("package", "rules"),
    [
        ("tensorflow", TRAINED | REPORT),
        ("arviz", {"credible_intervals", "bundle"} | SHOWN | CERTAIN | STABLE | AGREED | REPORT),
        ("rocrate", {"crate", "all"}),
        ("snakemake", {"workflow_report", "all"}),
    ],
)
def test_another_version_of_a_package_reruns_what_reaches_it_and_what_follows(planned, package, rules):
    """What reaches which package is told in tests/provenance/test_digests.py."""
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
    assert set(planned()) == EVERYTHING
    assert "earlier version" not in planned.said


@pytest.mark.parametrize(
    ("changes", "rules"),
    [
        ({"report": {"disc_pictures": False}}, {"figure2", "figure5", "draw_rois"} | DRAWN),
        ({"augmentation": {"copies": 1, "rotation": 10}}, {"augment"} | TRAINED | REPORT),
        ({"provenance": {"title": "Another title"}}, {"crate", "report", "writing", "manuscript", "all"}),
        ({"report": {"compare_with_paper": False}}, {"table1", "cohort", "statements"} | PAPER | REPORT),
    ],
)
def test_a_changed_setting_reruns_the_rules_that_take_it(planned, changes, rules):
    assert set(planned(*overlay(planned.project, **changes))) == rules


def test_a_deleted_table_is_made_again_alone(planned, run_snakemake):
    """Its document and workbook are made with all others, by the step `documents`, when the study is run next."""
    tables, apart = planned.project / "results/smoke/tables", {".docx", ".xlsx"}
    before = {path.name: path.read_bytes() for path in tables.glob("table3.*") if path.suffix not in apart}
    for path in tables.glob("table3.*"):
        path.unlink()
    result = run_snakemake(planned.project, "table3", *SMOKE)
    assert result.returncode == 0
    assert "1 of 1 steps" in result.stdout + result.stderr
    after = {path.name: path.read_bytes() for path in tables.glob("table3.*") if path.suffix not in apart}
    assert after == before
    assert set(planned()) == {"documents", "manuscript", "all"}


def test_a_deleted_figure_is_made_again_when_the_study_is_run(planned):
    (planned.project / "results/smoke/figures/figure3.pdf").unlink()
    assert "figure3" in planned()


def test_no_table_or_figure_imports_tensorflow():
    """Each in one process after the others: what the first brings in is found there."""
    modules = "tables.paper.table2", "tables.paper.statements", "figures.agreement", "figures.forest.figure"
    imports = "\n".join(
        f"import discgrade.publication.{name}\nassert not {{'tensorflow', 'keras'}} & set(sys.modules), '{name}'"
        for name in modules
    )
    done = subprocess.run(
        [sys.executable, "-c", f"import sys\n{imports}"], cwd=ROOT / "src", check=False, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr

"""`discgrade plan` says what Snakemake would run, or in one sentence why it would not."""

import pytest
import yaml

from discgrade import cli
from discgrade.plan import REASONS, Planned, jobs, summary

DRY_RUN = """Building DAG of jobs...
Job stats:
job        count
-------  -------
all            1
train          1
total          2

[Thu Nov 26 00:04:24 2026]
rule train:
    input: results/smoke/samples/20px/00.parquet, results/smoke/discs.parquet
    output: results/smoke/runs/mae/20px/share-1/holdout/seed-1/model.keras
    log: results/smoke/logs/train/mae/20px/share-1/holdout/seed-1.log
    jobid: 6
    reason: Missing output files: results/smoke/runs/mae/20px/share-1/holdout/seed-1/model.keras; Params have changed since last execution: before: 1 now: 2
    wildcards: variant=mae, resolution=20, share=1, split=holdout, seed=1
    resources: tmpdir=/tmp, gpu=0
[Thu Nov 26 00:04:24 2026]
localrule all:
    input: results/smoke/report.html
    jobid: 0
    reason: Input files updated by another job: results/smoke/report.html
    resources: tmpdir=/tmp
"""  # noqa: E501 (as Snakemake prints it)
TRAIN = {"variant": "default", "resolution": "24", "share": "1", "split": "holdout", "seed": "1"}


@pytest.fixture
def plan(project, monkeypatch, capsys):
    """A function that plans in a fresh copy of the project: exit code, standard output and standard error."""
    monkeypatch.chdir(project)
    monkeypatch.delenv("PYTHONPATH", raising=False)

    def planned(*words):
        return cli.main(["plan", *words]), *capsys.readouterr()

    return planned


def test_the_jobs_of_a_dry_run():
    (job,) = jobs(DRY_RUN)
    assert job.rule == "train"
    assert job.reasons == ("not made yet", "its settings, its code or the locked versions changed")
    assert job.wildcards == {"variant": "mae", "resolution": "20", "share": "1", "split": "holdout", "seed": "1"}


def test_nothing_to_do():
    assert summary([]) == ["Nothing to be done: everything asked for is there and up to date."]


def test_a_rule_that_only_follows_others_says_so():
    changed, follows = REASONS["Params have changed"], REASONS["Input files updated by another job"]
    planned = [Planned("score", (changed, follows), {}), Planned("table2", (follows,), {})]
    assert summary(planned) == [
        "2 jobs of 2 rules, no training among them",
        "",
        "rule    jobs  why",
        f"score      1  {changed}",
        f"table2     1  {follows}",
    ]


def test_trainings_are_counted_by_variant():
    runs = [
        TRAIN,
        TRAIN | {"resolution": "128"},
        TRAIN | {"share": "4"},
        *(TRAIN | {"split": f"fold-{number:02d}"} for number in range(1, 11)),
        TRAIN | {"variant": "mae", "seed": "2"},
    ]
    assert summary([Planned("train", ("not made yet",), run) for run in runs])[-3:] == [
        "variant  runs  splits             resolutions  shares    seeds",
        "default    13  holdout, 10 folds  24, 128 px   all, 1/4      1",
        "mae         1  holdout            24 px        all           2",
    ]


def test_the_paper_is_planned_whole(plan):
    code, told, _ = plan("--configfile", "studies/paper.yaml")
    assert code == 0
    counts = {line.split()[0]: line.split()[1] for line in told.splitlines() if len(line.split()) > 1}
    # 8 variants + 10 folds + 5 further shares + 6 further resolutions + 11 teachers; samples at each of 7 resolutions
    assert counts["train"] == "40"
    assert counts["augment"] == str(7 * 32)
    assert counts["deidentify"] == counts["extract_rois"] == "32"
    assert counts["default"] == str(1 + 10 + 5 + 6)
    assert counts["table2"] == "1"


def test_a_target_and_options_go_to_snakemake(plan):
    code, told, _ = plan("table1", "--config", "study=other", "--configfile", "studies/smoke.yaml")
    assert code == 0
    assert "1 training among them" in told
    assert "table1" in told
    assert "table2" not in told


def refused(result):
    code, told, said = result
    assert code in (1, 2)
    assert told == ""
    assert "Traceback" not in said
    assert 'File "' not in said
    return said


def test_a_missing_overlay(plan):
    said = refused(plan("--configfile", "studies/nowhere.yaml"))
    assert said.startswith("plan: --configfile studies/nowhere.yaml: should be an overlay of config.yaml")
    assert said.count("\n") == 1


def test_a_missing_profile(plan):
    said = refused(plan("--workflow-profile", "profiles/nowhere"))
    assert said.startswith("plan: --workflow-profile profiles/nowhere: should be a folder with a profile.yaml")
    assert "profiles/slurm-gpu" in said


@pytest.mark.parametrize("name", ["profiles/site", "site"])
def test_a_missing_plugin_of_the_executor(plan, project, name):
    (project / "profiles" / "site").mkdir()
    (project / "profiles" / "site" / "profile.yaml").write_text("executor: no-such-engine\n")
    said = refused(plan("--workflow-profile", name))
    assert "profiles/site/profile.yaml: its executor, no-such-engine, needs a plugin" in said
    assert said.endswith("pip install snakemake-executor-plugin-no-such-engine\n")


def test_a_loss_that_there_is_not(plan, project):
    """Every kind of it is told in tests/settings/test_functions.py."""
    overlay = {"study": "typo", "variants": {"default": {"loss": "categorical_crosentropy", "scale": "fractional"}}}
    (project / "studies" / "typo.yaml").write_text(yaml.safe_dump(overlay))
    said = refused(plan("--configfile", "studies/typo.yaml"))
    assert said.count("variants.default.loss: ") == 1
    assert "Did you mean 'categorical_crossentropy'?" in said


def test_an_option_that_is_no_plan_is_not_taken_for_a_finished_study(plan):
    said = refused(plan("--version"))
    assert said.startswith("plan: --version: should be a target, or an option that leaves a plan one.")


def test_a_target_that_there_is_not(plan):
    assert "No rule to produce tabel2" in refused(plan("tabel2"))


def test_without_a_snakefile(plan, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("discgrade.plan.CHECKOUT", tmp_path)
    assert refused(plan()).startswith("plan: no Snakefile here. Change to a clone of discgrade")

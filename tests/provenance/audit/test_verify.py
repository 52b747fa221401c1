import json
import re
import shutil
from pathlib import Path

import pytest

from discgrade.provenance.audit.verify import verify
from discgrade.provenance.chain import self_digest

from ..conftest import discgrade, run_toy

RUNS = "runs/{}/24px/share-1/{}/seed-1/{}"


def faults(results, scripts=None):
    return {(fault.kind, fault.culprit) for fault in verify(results, scripts=scripts).faults}


def flip(path: Path):
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)


def edit(path: Path, renew: bool, **changes):
    record = json.loads(path.read_text()) | changes
    path.write_text(json.dumps(record | ({"digest": self_digest(record)} if renew else {})))


def test_an_untouched_copy_is_clean(results, finished_toy):
    verdict = verify(results, scripts=finished_toy / "workflow_scripts")
    assert verdict.faults == []
    assert (verdict.records, verdict.files) == (14, 29)


@pytest.mark.parametrize(
    "path",
    [
        "instances/00.parquet",
        "export/P001/image.dcm",
        "discs.parquet",
        "flow.json",
        "splits.parquet",
        "samples/24px/01.parquet",
        RUNS.format("default", "fold-01", "model.keras"),
        RUNS.format("default", "holdout", "history.parquet"),
        RUNS.format("mae", "holdout", "predictions.parquet"),
        "graded.parquet",
        "scores.parquet",
        "intervals.parquet",
        "tables/table2.csv",
        "tables/table2.md",
    ],
)
def test_one_flipped_byte_is_found_and_named(results, path):
    flip(results / path)
    assert ("changed output", path) in faults(results)
    (results / path).unlink()
    assert ("missing output", path) in faults(results) or path.startswith("instances/")


def test_a_flipped_byte_of_a_record_is_found(results):
    for path in (results / "provenance").glob("*/*.json"):
        spoilt = shutil.copy2(path, results.parent / "kept.json")
        text = path.read_text()
        path.write_text(text.replace('"started": "20', '"started": "10'))
        assert ("edited record", str(path.relative_to(results))) in faults(results)
        shutil.move(spoilt, path)


def test_an_edited_record_with_a_new_digest_breaks_the_chain(results):
    edit(results / "provenance/train/variant=mae,split=holdout.json", renew=True, seed=2)
    assert faults(results) == {("broken chain", "provenance/score/job.json")}


def test_images_are_not_blamed_for_a_changed_table_of_them(results):
    flip(results / "instances/00.parquet")
    verdict = verify(results, scripts=None)
    assert [fault.culprit for fault in verdict.faults] == ["instances/00.parquet"]
    assert any("The images of instances/00.parquet were not checked" in note for note in verdict.notes)


def test_a_record_that_is_none_is_named(results):
    (results / "provenance/split/job.json").write_text("{")
    assert ("unreadable record", "provenance/split/job.json") in faults(results)


def test_a_missing_record_is_named_with_what_it_made(results):
    (results / "provenance/split/job.json").unlink()
    found = verify(results, scripts=None).faults
    assert ("missing record", "splits.parquet") in {(fault.kind, fault.culprit) for fault in found}
    assert any("provenance/split/job.json" in fault.message for fault in found)


def test_swapped_models_are_named(results):
    first, second = (results / RUNS.format("default", fold, "model.keras") for fold in ("fold-01", "fold-02"))
    content = first.read_bytes()
    first.write_bytes(second.read_bytes())
    second.write_bytes(content)
    found = verify(results, scripts=None).faults
    assert {fault.kind for fault in found} == {"changed output"}
    assert all("these are the bytes of" in fault.message for fault in found)


def test_a_run_taken_from_another_study_is_found(toy):
    results = toy / "results" / "toy"
    other = shutil.copytree(results, toy.parent / "other")
    script = toy / "workflow_scripts" / "train.py"
    script.write_text(script.read_text().replace("weights of", "other weights of").replace("0.4, 0.6", "0.5, 0.5"))
    folder = RUNS.format("mae", "holdout", "")
    done = run_toy(toy, f"results/toy/{folder}model.keras")
    assert done.returncode == 0, done.stderr
    name = "provenance/train/variant=mae,split=holdout.json"
    for path in (name, f"{folder}model.keras", f"{folder}predictions.parquet"):
        shutil.copy2(results / path, other / path)
    found = verify(other, scripts=None).faults
    assert [(fault.kind, fault.culprit) for fault in found] == [("broken chain", "provenance/score/job.json")]
    assert "two runs mixed" in found[0].message


def test_an_output_older_than_its_rules_code_is_named(toy):
    script = toy / "workflow_scripts" / "table2.py"
    script.write_text(script.read_text().replace("0.912", "0.913"))
    found = faults(toy / "results" / "toy", toy / "workflow_scripts")
    assert found == {("older output", "tables/table2.csv, tables/table2.md, tables/table2.keys.csv")}


def test_an_output_made_with_other_packages_than_its_rule_reaches_now_is_named(toy):
    lock = toy / "envs" / "requirements.lock"
    newer = re.sub(r"^tensorflow==\S+", "tensorflow==0.0.1", lock.read_text(), flags=re.MULTILINE)
    lock.write_text(newer)
    assert faults(toy / "results" / "toy", toy / "workflow_scripts") == set()
    lock.write_text(re.sub(r"^pyarrow==\S+", "pyarrow==0.0.1", newer, flags=re.MULTILINE))
    found = verify(toy / "results" / "toy", scripts=toy / "workflow_scripts").faults
    assert {fault.kind for fault in found} == {"older output"}
    assert any("scores.parquet" in fault.culprit for fault in found)
    assert all("older than its rule's locked packages" in fault.message for fault in found)


def as_earlier(results, name):
    """Give a record the form that it had in the first layout."""
    path = results / "provenance" / name
    record = {key: value for key, value in json.loads(path.read_text()).items() if key != "layout"}
    path.write_text(json.dumps(record | {"digest": self_digest(record)}))


def test_what_an_earlier_layout_left_is_named_with_its_record(results):
    (results / "tables" / "old.csv").write_text("1")
    record = json.loads((results / "provenance/table2/job.json").read_text())
    record["outputs"] = [record["outputs"][0] | {"path": "tables/old.csv"}]
    (results / "provenance/table0").mkdir()
    (results / "provenance/table0/job.json").write_text(json.dumps(record))
    as_earlier(results, "table0/job.json")
    found = verify(results, scripts=None).faults
    assert [(fault.kind, fault.culprit) for fault in found] == [("earlier layout", "tables/old.csv")]
    assert found[0].message.endswith("remove it, and provenance/table0/job.json")
    (results / "tables" / "old.csv").unlink()
    assert faults(results) == set()


def test_a_study_of_an_earlier_layout_is_refused_in_one_sentence(results):
    for path in (results / "provenance").glob("*/*.json"):
        as_earlier(results, path.relative_to(results / "provenance"))
    with pytest.raises(ValueError, match="made in an earlier layout of the results") as refused:
        verify(results)
    assert "\n" not in str(refused.value)


def test_a_job_that_made_the_same_again_breaks_nothing(toy):
    done = run_toy(toy, "--forcerun", "split", "--until", "split")
    assert done.returncode == 0, done.stderr
    record = json.loads((toy / "results/toy/provenance/split/job.json").read_text())
    assert len(record["reproduces"]) == 1
    assert faults(toy / "results" / "toy", toy / "workflow_scripts") == set()


def test_a_changed_config_is_found(results):
    (config,) = (results / "provenance").glob("config-*.json")
    config.write_text(config.read_text().replace("100", "101"))
    assert faults(results) == {("changed output", f"provenance/{config.name}")}


def test_a_stray_file_is_found_but_for_logs_and_texts(results):
    (results / "tables" / "table3.csv").write_text("1")
    (results / "README.md").write_text("what is what")
    (results / "logs" / "more.log").write_text("more")
    (results / "export/P001/stray.dcm").write_text("1")
    assert faults(results) == {("missing record", "tables/table3.csv"), ("missing record", "export/P001/stray.dcm")}


@pytest.mark.parametrize(("change", "now"), [(Path.unlink, "gone"), (lambda path: path.write_text(")("), "unreadable")])
def test_a_script_that_is_gone_or_no_python_is_not_the_code_that_made_it(results, finished_toy, tmp_path, change, now):
    checkout = shutil.copytree(finished_toy, tmp_path / "checkout", ignore=shutil.ignore_patterns("results", ".*"))
    change(checkout / "workflow_scripts" / "train.py")
    found = verify(results, scripts=checkout / "workflow_scripts").faults
    (told,) = [fault for fault in found if fault.culprit.startswith("runs/")]
    assert (told.kind, told.message.split()[-1]) == ("older output", now)


def test_what_is_left_over_from_an_earlier_config_is_no_fault_but_said(results):
    name = "train/variant=mae,split=holdout.json"
    record = json.loads((results / "provenance" / name).read_text())
    record |= {"wildcards": {"variant": "old"}, "outputs": [], "code": "0" * 64}
    path = results / "runs/old/model.keras"
    path.parent.mkdir(parents=True)
    shutil.copy2(results / RUNS.format("mae", "holdout", "model.keras"), path)
    kept = json.loads((results / "provenance" / name).read_text())["outputs"][0] | {"path": "runs/old/model.keras"}
    record["outputs"] = [kept]
    record["digest"] = self_digest(record)
    (results / "provenance/train/variant=old.json").write_text(json.dumps(record))
    verdict = verify(results, scripts=None)
    assert verdict.faults == []
    assert any("train/variant=old.json" in note for note in verdict.notes)


def test_a_folder_without_records_is_refused(tmp_path):
    with pytest.raises(ValueError, match="no job records"):
        verify(tmp_path)


def test_the_head_changes_with_any_record_behind_the_tables(results):
    before = verify(results, scripts=None).head
    edit(results / "provenance/make_phantom/job.json", renew=True, seed=5)
    assert verify(results, scripts=None).head != before


def test_a_private_file_has_its_place_in_the_chain(results):
    edit(results / "provenance/make_phantom/job.json", renew=True, seed=5)
    assert faults(results) == {("broken chain", f"provenance/deidentify/shard=0{shard}.json") for shard in (0, 1)}
    (results / "provenance/make_phantom/job.json").unlink()
    assert faults(results) == {("broken chain", f"provenance/deidentify/shard=0{shard}.json") for shard in (0, 1)}


def test_the_command_names_each_culprit_and_exits_1(results):
    flip(results / "tables/table2.csv")
    done = discgrade("verify", results, "--results-only")
    assert done.returncode == 1
    assert "changed output: tables/table2.csv: SHA-256 is" in done.stdout
    assert "1 fault: 14 records, 29 files" in done.stdout


def test_the_command_finds_a_clean_copy_clean_in_an_empty_folder(results):
    done = discgrade("verify", results.name, "--results-only", cwd=results.parent)
    assert done.returncode == 0
    assert done.stdout.splitlines()[-1].startswith("clean: 14 records, 29 files")


def test_the_command_refuses_a_folder_without_records(tmp_path):
    done = discgrade("verify", tmp_path)
    assert (done.returncode, done.stderr.startswith("verify: ")) == (2, True)

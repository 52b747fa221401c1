import json
import re
import shutil
import sys
from pathlib import Path

import pytest

from discgrade.provenance import code_digest, file_digest, lock_digest, parsing, reference_digest
from discgrade.provenance.digests import SCRIPTS, SOURCE, UNTRACKED, content_digest
from discgrade.settings.functions import find_module

ROOT = SOURCE.parent

EMPTY = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"


@pytest.fixture
def script(tmp_path):
    """A script over a package with a chain of imports, some data and a module that nobody imports."""
    package = tmp_path / "science"
    for folder in (package, package / "wing"):
        folder.mkdir()
        (folder / "__init__.py").write_text('"""Science."""\n')
    (package / "wing" / "first.py").write_text("from science import second\n\ndef run():\n    return second.value()\n")
    (package / "second.py").write_text("def value():\n    from .third import VALUE\n    return VALUE\n")
    (package / "third.py").write_text('from pathlib import Path\nVALUE = Path(__file__).parent / "printed" / "a.csv"\n')
    (package / "other.py").write_text("VALUE = 4\n")
    (package / "printed").mkdir()
    (package / "printed" / "a.csv").write_text("1\n")
    (package / "step.py").write_text("x = 1\n")
    path = tmp_path / "script.py"
    path.write_text("from science.wing import first\n\nfirst.run()\n")
    return path


def edited(script, file, old, new):
    """Whether an edit changes the digest; in a copy, since a digest is kept for the length of a process."""
    before = code_digest(script)
    copy = script.parent.with_name(f"{script.parent.name}-edited")
    shutil.copytree(script.parent, copy)
    text = (copy / file).read_text()
    assert old in text
    (copy / file).write_text(text.replace(old, new))
    return code_digest(copy / script.name) != before


@pytest.mark.parametrize(
    ("file", "old", "new"),
    [
        ("script.py", "first.run()", "first.run() or 1"),
        ("science/__init__.py", "\n", "\nx = 1\n"),
        ("science/wing/__init__.py", "\n", "\nx = 1\n"),
        ("science/wing/first.py", "value()", "value() + 1"),
        ("science/second.py", "return VALUE", "return VALUE or 0"),
        ("science/third.py", "a.csv", "b.csv"),
        ("science/printed/a.csv", "1", "2"),
    ],
)
def test_an_edit_of_any_imported_code_or_named_data_changes_the_digest(script, file, old, new):
    assert edited(script, file, old, new)


@pytest.mark.parametrize(
    ("file", "old", "new"),
    [
        ("script.py", "first.run()", "# a comment\nfirst.run()\n\n"),
        ("science/wing/first.py", "def run():\n", 'def run():\n    """Runs."""\n'),
        ("science/__init__.py", "Science", "Other"),
        ("science/other.py", "4", "5"),
    ],
)
def test_comments_docstrings_and_modules_not_imported_do_not_count(script, file, old, new):
    assert not edited(script, file, old, new)


def test_a_new_time_stamp_does_not_count(script):
    before = code_digest(script)
    (script.parent / "science" / "second.py").touch()
    assert code_digest(script) == before


def test_the_step_wrapper_and_provenance_do_not_count(tmp_path):
    bare, wrapped = tmp_path / "a" / "script.py", tmp_path / "b" / "script.py"
    for path, text in ((bare, "import discgrade\n"), (wrapped, "import discgrade\nfrom discgrade.step import step\n")):
        path.parent.mkdir()
        path.write_text(text)
    assert code_digest(bare) != code_digest(wrapped)  # the import line itself is code
    wrapped.write_text("import discgrade\n")
    assert code_digest(bare) == code_digest(wrapped)


def test_digests_of_every_script_are_ready_before_a_plan_is_noticed():
    assert len({code_digest(script) for script in SCRIPTS.glob("*.py")}) == len(list(SCRIPTS.glob("*.py"))) > 20


def test_file_digest_is_sha256(tmp_path):
    path = tmp_path / "empty"
    path.touch()
    assert file_digest(path) == EMPTY


def test_content_digest_does_not_depend_on_the_order_of_keys():
    assert content_digest({"a": 1, "b": 2.5}) == content_digest({"b": 2.5, "a": 1})


@pytest.fixture
def checkout(tmp_path):
    """A checkout of package, scripts and locks, to edit."""
    for name in ("src/discgrade", "workflow_scripts", "envs"):
        shutil.copytree(ROOT / name, tmp_path / name, ignore=shutil.ignore_patterns("__pycache__"))
    return tmp_path


def digests_of(checkout, digest):
    """One digest of each script, by the script's name."""
    return {path.stem: digest(path) for path in (checkout / "workflow_scripts").glob("*.py")}


def codes_changed(checkout, file, old, new):
    """The scripts whose digest of code an edit changes."""
    before = digests_of(checkout, code_digest)
    path = checkout / "src" / "discgrade" / file
    assert old in path.read_text()
    path.write_text(path.read_text().replace(old, new, 1))
    after = digests_of(checkout, code_digest)
    return {name for name in before if before[name] != after[name]}


def locks_changed(checkout, package):
    """The scripts whose digest of locked packages another version of one of them changes."""

    def digest(script):
        backend = "tensorflow" if script.stem in TRAINING else None
        return lock_digest(script, checkout / "envs", backend=backend)

    before = digests_of(checkout, digest)
    lock = checkout / "envs" / "requirements.lock"
    text, count = re.subn(rf"^{package}==\S+", f"{package}==0.0.1", lock.read_text(), flags=re.MULTILINE)
    assert count == 1
    lock.write_text(text)
    after = digests_of(checkout, digest)
    return {name for name in before if before[name] != after[name]}


TRAINING = {"train", "export_members", "train_locator", "export_locator", "regrade_found"} | {
    "predict_external",
    "locate_external",
}
"""What computes with Keras."""
FIGURES = {
    *(f"figure{number}" for number in range(1, 6)),
    "confusion",
    "curves",
    "draw_rois",
    "flow",
    "forest",
    "calibration",
    "groups",
    "bland_altman",
    "widths",
    "external_figure",
    "localisation_figure",
    "draw_worst_boxes",
    "label_noise_figure",
    "worth_reading_figure",
}


@pytest.mark.parametrize(
    ("file", "old", "new"),
    [
        ("records/columns.py", "pseudonym of the patient", "the patient's pseudonym"),
        ("records/cohort/export.py", "distance between rows", "from row to row"),
        ("records/cohort/export.py", '"mm"', '"millimetres"'),
        ("records/results/scores.py", "value of the metric; NaN where undefined", "what the metric is worth"),
        ("phantom/sheet.py", "primary or supplemental", "which cohort"),
        ("__init__.py", '__version__ = "', '__version__ = "9.'),
        ("imaging/roi.py", '"""', '"""Changed. '),
        ("learning/grading/losses.py", "\n\n\n", "\n\n\n# A comment.\n"),
    ],
)
def test_words_change_no_digest(checkout, file, old, new):
    assert codes_changed(checkout, file, old, new) == set()


def test_every_module_that_is_left_out_exists():
    assert [name for name in UNTRACKED if find_module(name) is None] == []


@pytest.mark.parametrize(
    "file",
    [
        "step.py",
        "job.py",
        "host.py",
        "terminal.py",
        "environment.py",
        "settings/model.py",
        "settings/grid.py",
        "settings/groups/cohort.py",
        "learning/loop/progress.py",
    ],
)
def test_what_decides_no_result_changes_no_digest(checkout, file):
    assert codes_changed(checkout, file, "\n\n\n", "\n\nADDED = 1\n\n\n") <= {"chains", "crate", "workflow_report"}


def test_another_schema_changes_what_reads_or_writes_that_table(checkout):
    changed = codes_changed(checkout, "records/results/intervals.py", "pa.int64()", "pa.int32()")
    assert changed >= {"credible_intervals", "table2", "forest"}
    assert not changed & {"make_phantom", "deidentify", "select_discs", "split", "extract_rois", "augment", "train"}
    changed = codes_changed(checkout, "records/cohort/splits.py", "pa.int32()", "pa.int64()")
    assert changed >= {"split", "select_discs", "train", "score"}
    assert not changed & {"make_phantom", "extract_rois", "augment"}


def test_a_name_or_a_type_of_a_column_is_no_word(checkout):
    assert "deidentify" in codes_changed(checkout, "records/cohort/export.py", '"row_spacing"', '"spacing"')
    assert "deidentify" in codes_changed(checkout, "records/cohort/export.py", "pa.float64()", "pa.float32()")
    assert "deidentify" in codes_changed(checkout, "records/cohort/export.py", "nullable=True", "nullable=False")


def test_another_matplotlib_changes_the_figures(checkout):
    assert locks_changed(checkout, "matplotlib") == FIGURES


def test_another_pydicom_or_decoder_changes_what_reads_scans(checkout):
    reading = {"deidentify", "extract_rois", "draw_rois", "locator_slices", "regrade_found", "draw_worst_boxes"}
    reading |= {"regrade_moved", "propose_boxes", "take_volumes"}
    for package in ("pydicom", "python-gdcm"):
        changed = locks_changed(checkout, package)
        assert changed >= reading
        assert changed <= reading | TRAINING | {"make_phantom", "augment", "bundle"}


@pytest.mark.parametrize("package", ["tensorflow", "keras", "h5py"])
def test_another_tensorflow_or_keras_or_what_they_need_changes_trainings_and_exports(checkout, package):
    drawing = {"credible_intervals", "calibrate", "measure_localisation", "regrade_moved", "agreement", "bland_altman"}
    drawing |= {"score_external", "measure_labels", "score_pseudo_labels"}
    assert locks_changed(checkout, package) - drawing == TRAINING


def test_another_numpy_changes_what_computes_with_it(checkout):
    changed = locks_changed(checkout, "numpy")
    assert changed >= {"make_phantom", "deidentify", "extract_rois", "augment", "train", "score", *FIGURES}
    assert not changed & {"adopt_export", "chains", "crate", "workflow_report"}


def test_another_snakemake_changes_nothing_that_a_step_computes(checkout):
    assert locks_changed(checkout, "snakemake") == set()


def test_another_version_of_a_program_that_a_script_runs_changes_it(checkout):
    script, envs = checkout / "workflow_scripts" / "report.py", checkout / "envs"
    before = lock_digest(script, envs, programs=["snakemake"])
    assert locks_changed(checkout, "snakemake") == set()
    assert lock_digest(script, envs, programs=["snakemake"]) != before


def test_a_comment_or_a_hash_in_the_lock_does_not_count(checkout):
    script, lock = checkout / "workflow_scripts" / "split.py", checkout / "envs" / "requirements.lock"
    before = lock_digest(script, checkout / "envs")
    lock.write_text("# made again\n" + lock.read_text().replace("--hash=sha256:", "--hash=sha256:0"))
    assert lock_digest(script, checkout / "envs") == before


def test_what_a_named_network_imports_counts_too(checkout, monkeypatch):
    script, envs = checkout / "workflow_scripts" / "train.py", checkout / "envs"
    monkeypatch.chdir(checkout)
    (checkout / "mine.py").write_text("import rocrate\n")
    (checkout / "plain.py").write_text("import keras\n")
    alone, plain, mine = (
        lock_digest(script, envs, named=named, backend="tensorflow")
        for named in ([], ["plain:net", "mean_absolute_error"], ["mine:net"])
    )
    assert alone == plain != mine


def test_an_import_that_is_neither_locked_nor_installed_is_named(checkout):
    script = checkout / "workflow_scripts" / "split.py"
    script.write_text(script.read_text() + "\nimport nowhere_at_all\n")
    with pytest.raises(ValueError, match="No package for `import nowhere_at_all`: no lock file pins"):
        lock_digest(script, checkout / "envs")


def test_a_function_of_the_users_own_file_is_that_file(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "losses.py").write_text("def focal(y, p):\n    return y - p\n")
    before = reference_digest("mine.losses:focal")
    (tmp_path / "mine" / "losses.py").write_text("def focal(y, p):\n    return y + p * 2\n")
    assert before != reference_digest("mine.losses:focal")
    assert "mine" not in sys.modules


def test_what_a_function_of_the_users_own_file_imports_from_beside_it_counts(tmp_path, monkeypatch):
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "losses.py").write_text("from mine import helpers\nimport yaml\n")
    found = []
    for value, shadowed in ((1, 1), (1, 2), (2, 2)):
        folder = tmp_path / f"{value}{shadowed}"
        monkeypatch.chdir(shutil.copytree(tmp_path / "mine", folder / "mine").parent)
        Path("mine", "helpers.py").write_text(f"VALUE = {value}\n")
        Path("yaml.py").write_text(f"VALUE = {shadowed}\n")
        found.append(reference_digest("mine.losses:focal"))
    assert found[0] == found[1] != found[2]


def test_a_bare_name_is_covered_by_the_code_digest():
    assert reference_digest("soft_kappa") is None


def test_an_unknown_module_is_named():
    with pytest.raises(ValueError, match=r"Unknown module in 'nowhere\.at_all:loss'"):
        reference_digest("nowhere.at_all:loss")


def test_importing_the_digests_loads_nothing_heavy():
    import subprocess

    program = "import sys, discgrade.provenance; print(sorted({'numpy', 'pyarrow', 'keras'} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", program], cwd=SOURCE, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_a_script_that_is_not_there_is_named():
    with pytest.raises(FileNotFoundError, match="no_such_script"):
        code_digest(Path("no_such_script.py"))


def test_in_a_checkout_that_nobody_may_write_to_all_is_parsed_anew(script, tmp_path, monkeypatch):
    before = code_digest(script)
    (tmp_path / "file").touch()
    monkeypatch.setattr(parsing, "KEPT", tmp_path / "file" / "__pycache__" / "kept.json")
    copy = shutil.copytree(script.parent, tmp_path / "copy", ignore=lambda folder, _: ["copy", "file"])
    for function in (parsing._known, parsing._of_bytes):
        function.cache_clear()
    assert code_digest(copy / script.name) == before
    assert (tmp_path / "file").read_text() == ""
    for function in (parsing._known, parsing._of_bytes):
        function.cache_clear()


@pytest.mark.parametrize("content", ["", "{", '{"another version": {}}', '{"x": 1}'])
def test_what_an_earlier_run_kept_is_only_a_short_cut(script, tmp_path, monkeypatch, content):
    before = code_digest(script)
    kept = tmp_path / "kept.json"
    kept.write_text(content)
    monkeypatch.setattr(parsing, "KEPT", kept)
    copy = shutil.copytree(script.parent, tmp_path / "copy", ignore=lambda folder, _: ["copy", "kept.json"])
    for function in (parsing._known, parsing._of_bytes):
        function.cache_clear()
    assert code_digest(copy / script.name) == before
    assert len(json.loads(kept.read_text())[parsing._version()]) == 5  # both __init__.py are the same bytes
    for function in (parsing._known, parsing._of_bytes):
        function.cache_clear()
    shutil.copytree(copy, tmp_path / "again")
    assert code_digest(tmp_path / "again" / script.name) == before
    parsing._known.cache_clear()

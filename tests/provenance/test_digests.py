import json
import shutil
import sys
from pathlib import Path

import pytest

from discgrade.provenance import code_digest, file_digest, lock_digest, loss_digest, parsing, reference_digest
from discgrade.provenance.digests import SCRIPTS, SOURCE, content_digest

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


def test_lock_digest_is_of_the_pinned_versions(tmp_path):
    lock, other, newer = (tmp_path / name for name in ("a.lock", "b.lock", "c.lock"))
    lock.write_text("# made by uv\nnumpy==2.4.0 \\\n    --hash=sha256:aa\n")
    other.write_text("numpy==2.4.0 \\\n    --hash=sha256:aa \\\n    --hash=sha256:bb\n    # via pandas\n")
    newer.write_text("numpy==2.4.1 \\\n    --hash=sha256:aa\n")
    assert lock_digest(lock) == lock_digest(other) != lock_digest(newer)


def test_a_function_of_the_users_own_file_is_that_file(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "losses.py").write_text("def focal(y, p):\n    return y - p\n")
    before = reference_digest("mine.losses:focal")
    (tmp_path / "mine" / "losses.py").write_text("def focal(y, p):\n    return y + p * 2\n")
    assert before != loss_digest("mine.losses:focal")
    assert "mine" not in sys.modules


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

"""What the documents say: short where it should be, in the field's words, and of things that exist."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGES = [ROOT / name for name in ("README.md", "CONTRIBUTING.md", "models/README.md", "results/README.md")]
DOCUMENTS = [*PAGES, *sorted((ROOT / "docs").glob("*.md"))]
WRITTEN = [*DOCUMENTS, ROOT / "CHANGELOG.md", ROOT / "config.yaml", *sorted((ROOT / "studies").glob("*.yaml"))]
EARLIER = (
    "makers?", "doubts?", "doubtful", "joint matri(?:x|ces)", "fixed split", "goes on", "dealt", "twins?", "strangers?",
    "beside", "watched", "PYTHONPATH", "python -m discgrade",
)  # fmt: skip
FOLDERS = ("docs", "envs", "profiles", "rules", "src", "studies", "tests", "workflow_scripts")
USERS_OWN = {"studies/mine.yaml", "studies/practice.yaml", "studies/focal.yaml", "rules/captions/name.rst"}


def named(path):
    return path.relative_to(ROOT).as_posix()


def test_the_readme_is_short():
    assert len((ROOT / "README.md").read_text(encoding="utf-8").splitlines()) <= 180


@pytest.mark.parametrize("document", WRITTEN, ids=named)
def test_a_document_uses_the_words_that_the_code_uses(document):
    text = re.sub("`[a-z]+`", "", document.read_text(encoding="utf-8"))
    prose = re.findall("#.*", text) if document.suffix == ".yaml" else [text]
    assert re.findall(rf"\b(?:{'|'.join(EARLIER)})\b", "\n".join(prose)) == []


@pytest.mark.parametrize("document", DOCUMENTS, ids=named)
def test_a_file_of_the_project_that_a_document_names_exists(document):
    names = re.findall(rf"(?<![\w/.-])(?:{'|'.join(FOLDERS)})/[\w/.-]*\w", document.read_text(encoding="utf-8"))
    assert [name for name in names if name not in USERS_OWN and not (ROOT / name).exists()] == []


@pytest.mark.parametrize("document", DOCUMENTS, ids=named)
def test_a_target_that_a_document_makes_is_a_rule(document):
    rules = {name for path in [ROOT / "Snakefile", *(ROOT / "rules").glob("*.smk")] for name in _rules(path)}
    targets = re.findall(r"(?:^|`)snakemake ([a-z]\w*)(?![\w/.:])", document.read_text(encoding="utf-8"), re.MULTILINE)
    assert set(targets) - rules - {"name"} == set()


@pytest.mark.parametrize("document", DOCUMENTS, ids=named)
def test_a_target_of_make_that_a_document_names_is_in_the_makefile(document):
    known = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
    lines = re.findall(r"(?:^|`)make ((?:[a-z]+ ?)+)", document.read_text(encoding="utf-8"), re.MULTILINE)
    assert {target for line in lines for target in line.split()} - known == set()


def _rules(path):
    return re.findall(r"^ *rule (\w+):", path.read_text(encoding="utf-8"), re.MULTILINE)

"""The report of a study in miniature, made by the real Snakemake from another folder."""

import subprocess
import sys

import pytest
import yaml

from discgrade.publication.workflow_report import make_report

SNAKEFILE = """
configfile: "config.yaml"

report: "rules/captions/workflow.rst"

include: "rules/words.smk"

rule tables:
    input: config["cohort"]["dicom"]
    output: report("results/tiny/table1.html", caption="rules/captions/table1.rst", category="Tables")
    log: "table1.log"
    shell: "sleep 1; touch {output}"

rule figures:
    output: "figures"
    log: "figures.log"
    shell: "touch {output}"

rule chains:
    output: "chains"
    log: "chains.log"
    shell: "touch {output}"
"""
FILES = {
    "Snakefile": SNAKEFILE,
    "rules/words.smk": "import jinja2.defaults\njinja2.defaults.DEFAULT_NAMESPACE.update(words={'data': 'the slot'})\n",
    "rules/captions/workflow.rst": "A tiny study of {{ words.data }}\n================================\n",
    "rules/captions/table1.rst": "Layers of {{ words.data }}.\n",
    "rules/captions/report.css": "p { color: #abcdef; }\n",
}


@pytest.fixture
def elsewhere(tmp_path, monkeypatch):
    """A folder with a blank and a letter beyond ASCII, in which a workflow of another folder has run."""
    workflow, folder = tmp_path / "a checkout", tmp_path / "Müllers study"
    for name, text in FILES.items():
        (workflow / name).parent.mkdir(parents=True, exist_ok=True)
        (workflow / name).write_text(text)
    folder.mkdir()
    scans = tmp_path / "Müllers scans"
    scans.touch()
    config = {"study": "tiny", "cohort": {"dicom": str(scans), "ratings": None, "export": None}}
    (folder / "config.yaml").write_text(yaml.safe_dump(config, allow_unicode=True))
    monkeypatch.chdir(folder)
    command = [sys.executable, "-m", "snakemake", "-s", str(workflow / "Snakefile"), "--cores", "1"]
    subprocess.run([*command, "tables", "figures", "chains"], check=True, capture_output=True)
    return workflow / "Snakefile", folder, config


def test_the_report_has_captions_and_style_of_the_workflow_and_no_place_of_the_source(elsewhere, capfd):
    workflow, folder, config = elsewhere
    private, page = folder / "private" / "tiny", folder / "results" / "tiny" / "report.html"
    make_report(config=config, private=private, workflow=workflow, destination=page)
    text, said = page.read_text(encoding="utf-8"), capfd.readouterr().err
    assert "Report created" in said
    assert str(folder.parent) not in said
    assert "Layers of the slot." in text
    assert "A tiny study of the slot" in text
    assert "#abcdef" in text
    assert "cohort.dicom" in text
    assert "llers scans" not in text
    assert private.stat().st_mode & 0o077 == 0
    assert sorted(path.name for path in page.parent.iterdir()) == ["report.html", "table1.html"]


def test_a_failed_report_leaves_nothing(elsewhere, capfd):
    workflow, folder, config = elsewhere
    (workflow.parent / "rules" / "captions" / "table1.rst").unlink()
    page = folder / "report.html"
    with pytest.raises(subprocess.CalledProcessError):
        make_report(config=config, private=folder / "private", workflow=workflow, destination=page)
    assert not list(folder.glob("*report*"))

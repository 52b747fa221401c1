"""The report: Snakemake's own, from captions, results and run times of a study, in one file that needs nothing else."""

import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

from discgrade import private as private_folder
from discgrade.host import die_with_parent
from discgrade.publication.render.paths import without_folders, without_sources
from discgrade.records import replacing


def make_report(*, config: Mapping[str, Any], private: Path, workflow: Path, destination: Path) -> None:
    """Let Snakemake write the report of a finished study, and take the places of its source out of it.

    Args:
        config: The checked config.
        private: The study's private folder: the config names the source, so the second Snakemake reads it from here.
        workflow: The Snakefile; the stylesheet lies in the rules next to it.
        destination: The HTML file to write.

    Raises:
        subprocess.CalledProcessError: if Snakemake fails; what it says stands in the log.
    """
    private_folder.make(private)
    settings = private / "report.yaml"
    with replacing(settings) as partial:
        partial.touch(0o600)
        partial.write_text(yaml.safe_dump(dict(config), sort_keys=False, allow_unicode=True), encoding="utf-8")
    with replacing(destination) as partial:
        page = partial.with_name(f"{partial.name}.html")
        try:
            _run(_command(workflow, settings, page))
            text = without_sources(page.read_text(encoding="utf-8"), config["cohort"])
        finally:
            page.unlink(missing_ok=True)
        partial.write_text(text, encoding="utf-8")


def _run(command: list[str]) -> None:
    """Run a command; what it says comes at its end, without the folders of this machine."""
    done = subprocess.run(
        command,
        check=False,
        text=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        preexec_fn=die_with_parent,
    )
    print(without_folders(done.stdout), file=sys.stderr, end="")
    done.check_returncode()


def _command(workflow: Path, settings: Path, page: Path) -> list[str]:
    """Return the command; it runs in the folder that this Snakemake runs in."""
    style = workflow.with_name("rules") / "captions" / "report.css"
    command = [sys.executable, "-m", "snakemake", "--snakefile", str(workflow), "--nolock", "--cores", "1"]
    command += ["--report", str(page), "--report-stylesheet", str(style), "--configfile", str(settings)]
    return [*command, "--", "tables", "figures", "chains"]

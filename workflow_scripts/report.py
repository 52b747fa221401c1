"""Make the report with Snakemake's own reporter, which reads captions, results and run times of this study."""

import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import yaml

from discgrade.host import die_with_parent
from discgrade.publication.render.paths import without_sources
from discgrade.records import replacing
from discgrade.step import step

if TYPE_CHECKING:
    from snakemake.iocontainers import snakemake

with step(snakemake) as job:
    private = Path("private", job.config["study"])
    private.mkdir(mode=0o700, parents=True, exist_ok=True)
    config = private / "report.yaml"
    with replacing(config) as partial:
        partial.write_text(yaml.safe_dump(job.config, sort_keys=False), encoding="utf-8")
    with replacing(job.output.report) as partial:
        html = partial.with_name(f"{partial.name}.html")
        command = [sys.executable, "-m", "snakemake", "--nolock", "--cores", "1", "--report", str(html)]
        command += ["--report-stylesheet", "rules/captions/report.css", "--configfile", str(config)]
        command += ["--", "tables", "figures", "chains"]
        subprocess.run(command, check=True, preexec_fn=die_with_parent)
        text = without_sources(html.read_text(encoding="utf-8"), job.config["cohort"])
        html.unlink()
        partial.write_text(text, encoding="utf-8")

"""Make the report with Snakemake's own reporter, which reads captions, results and run times of this study."""

import subprocess
import sys
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import TYPE_CHECKING

import yaml
from discgrade.records import replacing
from discgrade.step import step

if TYPE_CHECKING:
    from snakemake.iocontainers import snakemake

with step(snakemake) as job:
    private = Path("private", job.config["study"])
    private.mkdir(mode=0o700, parents=True, exist_ok=True)
    with replacing(job.output.report) as partial, NamedTemporaryFile("w", suffix=".yaml", dir=private) as config:
        html = partial.with_suffix(".html")
        yaml.safe_dump(job.config, config, sort_keys=False)
        config.flush()
        command = [sys.executable, "-m", "snakemake", "--nolock", "--cores", "1", "--report", str(html)]
        command += ["--report-stylesheet", "rules/captions/report.css"]
        subprocess.run([*command, "--configfile", config.name, "--", "tables", "figures", "chains"], check=True)
        html.replace(partial)

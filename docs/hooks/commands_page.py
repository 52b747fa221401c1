"""The page of commands: what each one says of itself when it is asked for help."""

import os
import re
import subprocess
from pathlib import Path

HEAD = """# Commands

Two programs do everything. `snakemake` makes a study or a part of it; `discgrade` does what stands alone.

## snakemake

| command | what it does |
|---|---|
| `snakemake` | the default study, all of it |
| `snakemake --configfile studies/mine.yaml` | another study |
| `snakemake -n` | nothing but say what would run, job by job; `discgrade plan` says it in short |
| `snakemake table2` | one table and what it needs; so `table1` to `table4`, `statements`, `cohort` |
| `snakemake figure3` | one figure; so `figure1` to `figure5`, `confusion`, `forest`, `curves`, `flow`, `draw_rois` |
| `snakemake tables`, `snakemake figures` | all tables; all figures |
| `snakemake report` | the report, as plain `snakemake` does |
| `snakemake --cores 8` | on eight cores; all of them by default |
| `snakemake --workflow-profile profiles/slurm-gpu` | on a cluster: see [Cluster and GPUs](cluster.md) |

Options stand after the target: `snakemake table2 --configfile studies/mine.yaml`. Ctrl-C stops at once; the next call
continues, and a training's checkpoint resumes from its last finished epoch.

## discgrade
"""


def commands_page(root: Path, python: str) -> str:
    """Return the page as Markdown."""
    parts = [HEAD, _help(root, python)]
    for name in re.findall(r"^ {2,4}([a-z]+)(?: |$)", _help(root, python), re.MULTILINE):
        parts.append(f"### discgrade {name}\n\n{_help(root, python, name)}")
    return "\n".join(parts)


def _help(root: Path, python: str, *command: str) -> str:
    """Return what a command prints for --help, as a block of code."""
    environment = os.environ | {"COLUMNS": "96", "PYTHONPATH": str(root / "src")}
    result = subprocess.run(
        [python, "-m", "discgrade", *command, "--help"], env=environment, capture_output=True, text=True, check=True
    )
    return f"```text\n{result.stdout}```\n"

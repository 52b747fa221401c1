"""How long tables, figures, page and manuscript of a finished study take to make again, and one table alone.

python tests/benchmarks/reporting.py PROJECT [CONFIGFILE ...]

PROJECT is a folder in which Snakemake has finished the study, with this version of the code; a copy of it is used.
"""

import re
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

MADE = ("tables", "figures", "writing", "report.html", "workflow.html", "manuscript.zip")


def main(project: Path, overlays: list[str]) -> None:
    """Print steps and seconds."""
    with tempfile.TemporaryDirectory() as name:
        copy = Path(name, "project")
        shutil.copytree(project, copy, symlinks=True, ignore=shutil.ignore_patterns(".git", ".venv", "__pycache__"))
        [study] = {path.parent for path in copy.glob("results/*/report.html")}
        for made in MADE:
            shutil.rmtree(study / made) if (study / made).is_dir() else (study / made).unlink()
        print(_timed(copy, "all", overlays))
        for path in study.glob("tables/table3.*"):
            path.unlink()
        print(_timed(copy, "table3", overlays))


def _timed(project: Path, target: str, overlays: list[str]) -> str:
    options = ["--configfile", *overlays] if overlays else []
    command = [sys.executable, "-m", "snakemake", "--cores", "2", *options, "--", target]
    start = time.perf_counter()
    done = subprocess.run(command, cwd=project, check=True, capture_output=True, text=True)
    steps = re.search(r"(\d+) of \1 steps", done.stdout + done.stderr)
    return f"{target}: {steps[1] if steps else 'no'} steps in {time.perf_counter() - start:.1f} s"


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2:])

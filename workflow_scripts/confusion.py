"""Confusion matrices of all variants."""

from pathlib import Path
from typing import TYPE_CHECKING

from discgrade.publication.figures.confusion import confusion
from discgrade.settings.grid import Run
from discgrade.step import step

if TYPE_CHECKING:
    from snakemake.iocontainers import snakemake

with step(snakemake) as job:
    confusion(
        graded=Path(job.input.graded),
        panels={title: [Run(**run) for run in runs] for title, runs in job.params.panels.items()},
        pdf=Path(job.output.pdf),
        png=Path(job.output.png),
        csv=Path(job.output.csv),
    )

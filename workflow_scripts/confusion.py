"""Confusion matrices of all variants."""

from pathlib import Path
from typing import TYPE_CHECKING

from discgrade.publication.figures.confusion import confusion
from discgrade.step import step
from discgrade.study import Run

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

"""Figure 4: scores against the resolution."""

from pathlib import Path
from typing import TYPE_CHECKING

from discgrade.publication.figures.trends import figure4
from discgrade.settings.grid import Run
from discgrade.step import step

if TYPE_CHECKING:
    from snakemake.iocontainers import snakemake

with step(snakemake) as job:
    figure4(
        scores=Path(job.input.scores),
        intervals=Path(job.input.intervals),
        run=Run(**job.params.run),
        pdf=Path(job.output.pdf),
        png=Path(job.output.png),
        csv=Path(job.output.csv),
    )

"""Figure 3: scores against the share of the training part."""

from pathlib import Path
from typing import TYPE_CHECKING

from discgrade.publication.figures.trends import figure3
from discgrade.settings.grid import Run
from discgrade.step import step

if TYPE_CHECKING:
    from snakemake.iocontainers import snakemake

with step(snakemake) as job:
    figure3(
        scores=Path(job.input.scores),
        intervals=Path(job.input.intervals),
        discs=Path(job.input.discs),
        splits=Path(job.input.splits),
        run=Run(**job.params.run),
        pdf=Path(job.output.pdf),
        png=Path(job.output.png),
        csv=Path(job.output.csv),
    )

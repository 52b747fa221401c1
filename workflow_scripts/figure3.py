"""Figure 3: scores against the training fraction."""

from typing import TYPE_CHECKING

from discgrade.publication.context import Context
from discgrade.publication.figures.drawing.files import FigureFiles
from discgrade.publication.figures.trends import figure3
from discgrade.settings.run import Run
from discgrade.step import step

if TYPE_CHECKING:
    from snakemake.iocontainers import snakemake

with step(snakemake) as job:
    figure3(
        scores=job.input("scores"),
        intervals=job.input("intervals"),
        shown=job.input("shown"),
        discs=job.input("discs"),
        splits=job.input("splits"),
        run=job.param("run", Run),
        context=job.param("context", Context),
        files=job.files(FigureFiles),
    )

"""Figure 4: scores against the resolution."""

from typing import TYPE_CHECKING

from discgrade.publication.figures.files import FigureFiles
from discgrade.publication.figures.trends import figure4
from discgrade.settings.run import Run
from discgrade.step import step

if TYPE_CHECKING:
    from snakemake.iocontainers import snakemake

with step(snakemake) as job:
    figure4(
        scores=job.input("scores"),
        intervals=job.input("intervals"),
        run=job.param("run", Run),
        files=job.files(FigureFiles),
    )

"""Every variant with its intervals, compared with the agreement of the raters."""

from typing import TYPE_CHECKING

from discgrade.publication.context import Context
from discgrade.publication.figures.drawing.files import FigureFiles
from discgrade.publication.figures.forest.figure import forest
from discgrade.settings.run import Run
from discgrade.step import step

if TYPE_CHECKING:
    from snakemake.iocontainers import snakemake

with step(snakemake) as job:
    forest(
        scores=job.input("scores"),
        intervals=job.input("intervals"),
        shown=job.input("shown"),
        posteriors=job.input("posteriors"),
        run=job.param("run", Run),
        labels=job.param("labels", dict[str, str]),
        context=job.param("context", Context),
        files=job.files(FigureFiles),
    )

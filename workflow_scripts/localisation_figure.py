"""Figure: found boxes next to drawn ones."""

from typing import TYPE_CHECKING

from discgrade.publication.context import Context
from discgrade.publication.figures.drawing.files import FigureFiles
from discgrade.publication.figures.localisation import localisation
from discgrade.step import step

if TYPE_CHECKING:
    from snakemake.iocontainers import snakemake

with step(snakemake) as job:
    localisation(
        boxes=job.input("boxes"),
        context=job.param("context", Context),
        files=job.files(FigureFiles),
    )

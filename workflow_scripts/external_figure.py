"""Figure: internal against external."""

from typing import TYPE_CHECKING

from discgrade.publication.context import Context
from discgrade.publication.figures.drawing.files import FigureFiles
from discgrade.publication.figures.external import external
from discgrade.step import step

if TYPE_CHECKING:
    from snakemake.iocontainers import snakemake

with step(snakemake) as job:
    external(
        scores=job.input("scores"),
        reason=job.param("reason", str),
        context=job.param("context", Context),
        files=job.files(FigureFiles),
    )

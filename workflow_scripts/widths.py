"""Figure widths: width of the interval by the number of patients of the next study."""

from typing import TYPE_CHECKING

from discgrade.publication.context import Context
from discgrade.publication.figures.drawing.files import FigureFiles
from discgrade.publication.figures.widths import widths
from discgrade.step import step

if TYPE_CHECKING:
    from snakemake.iocontainers import snakemake

with step(snakemake) as job:
    widths(
        agreement=job.input("agreement"),
        context=job.param("context", Context),
        files=job.files(FigureFiles),
    )

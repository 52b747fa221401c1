"""Figure groups: agreement by group of discs."""

from typing import TYPE_CHECKING

from discgrade.publication.context import Context
from discgrade.publication.figures.drawing.files import FigureFiles
from discgrade.publication.figures.groups import groups
from discgrade.step import step

if TYPE_CHECKING:
    from snakemake.iocontainers import snakemake

with step(snakemake) as job:
    groups(
        agreement=job.input("agreement"),
        context=job.param("context", Context),
        files=job.files(FigureFiles),
    )

"""Figure 1: distribution of the grades by cohort."""

from typing import TYPE_CHECKING

from discgrade.publication.context import Data
from discgrade.publication.figures.drawing.files import FigureFiles
from discgrade.publication.figures.grades import figure1
from discgrade.step import step

if TYPE_CHECKING:
    from snakemake.iocontainers import snakemake

with step(snakemake) as job:
    figure1(
        discs=job.input("discs"),
        context=job.param("context", Data),
        files=job.files(FigureFiles),
    )

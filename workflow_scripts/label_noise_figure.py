"""Figure: agreement along the reading order, models with each other, and what kappa noisy labels leave."""

from typing import TYPE_CHECKING

from discgrade.publication.context import Context
from discgrade.publication.figures.drawing.files import FigureFiles
from discgrade.publication.figures.label_noise import label_noise
from discgrade.step import step

if TYPE_CHECKING:
    from snakemake.iocontainers import snakemake

with step(snakemake) as job:
    label_noise(
        noise=job.input("noise"),
        reason=job.param("reason", str),
        context=job.param("context", Context),
        files=job.files(FigureFiles),
    )

"""Flow of exclusions: what was received and kept, and why the rest was not."""

from typing import TYPE_CHECKING

from discgrade.publication.context import Context
from discgrade.publication.figures.files import FigureFiles
from discgrade.publication.figures.flow import draw_flow
from discgrade.step import step

if TYPE_CHECKING:
    from snakemake.iocontainers import snakemake

with step(snakemake) as job:
    draw_flow(
        flow=job.input("flow"),
        context=job.param("context", Context),
        files=job.files(FigureFiles),
    )

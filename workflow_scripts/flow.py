"""Flow of participants: what was received and kept, why the rest was not, and who trained and tested."""

from typing import TYPE_CHECKING

from discgrade.publication.context import Data
from discgrade.publication.figures.drawing.files import FigureFiles
from discgrade.publication.figures.flow import draw_flow
from discgrade.step import step

if TYPE_CHECKING:
    from snakemake.iocontainers import snakemake

with step(snakemake) as job:
    draw_flow(
        flow=job.input("flow"),
        discs=job.input("discs"),
        splits=job.input("splits"),
        context=job.param("context", Data),
        files=job.files(FigureFiles),
    )

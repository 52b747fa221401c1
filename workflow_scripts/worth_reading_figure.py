"""Figure: pictures of the discs that are worth reading again."""

from typing import TYPE_CHECKING

from discgrade.publication.context import Data
from discgrade.publication.figures.drawing.files import FigureFiles
from discgrade.publication.figures.worth_reading import worth_reading
from discgrade.step import step

if TYPE_CHECKING:
    from snakemake.iocontainers import snakemake

with step(snakemake) as job:
    worth_reading(
        quality=job.input("quality"),
        samples=job.inputs("samples"),
        resolution=job.param("resolution", int),
        pictures=job.param("pictures", bool),
        reason=job.param("reason", str),
        context=job.param("context", Data),
        files=job.files(FigureFiles),
    )

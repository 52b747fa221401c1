"""Confusion matrices of all variants."""

from typing import TYPE_CHECKING

from discgrade.publication.context import Context
from discgrade.publication.figures.confusion import confusion
from discgrade.publication.figures.drawing.files import FigureFiles
from discgrade.publication.figures.drawing.panels import Panel
from discgrade.step import step

if TYPE_CHECKING:
    from snakemake.iocontainers import snakemake

with step(snakemake) as job:
    confusion(
        graded=job.input("graded"),
        panels=job.param("panels", list[Panel]),
        context=job.param("context", Context),
        files=job.files(FigureFiles),
    )

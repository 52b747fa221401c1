"""Figure bland_altman: predicted minus reference against their mean."""

from typing import TYPE_CHECKING

from discgrade.publication.context import Context
from discgrade.publication.figures.bland_altman import bland_altman
from discgrade.publication.figures.drawing.files import FigureFiles
from discgrade.settings.run import Run
from discgrade.step import step

if TYPE_CHECKING:
    from snakemake.iocontainers import snakemake

with step(snakemake) as job:
    bland_altman(
        graded=job.input("graded"),
        discs=job.input("discs"),
        agreement=job.input("agreement"),
        runs=job.param("runs", list[Run]),
        context=job.param("context", Context),
        files=job.files(FigureFiles),
    )

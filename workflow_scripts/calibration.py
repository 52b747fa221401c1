"""Figure: probabilities against what came true, errors among the surest discs, and sizes of the sets of grades."""

from typing import TYPE_CHECKING

from discgrade.publication.context import Context
from discgrade.publication.figures.calibration import calibration
from discgrade.publication.figures.drawing.files import FigureFiles
from discgrade.step import step

if TYPE_CHECKING:
    from snakemake.iocontainers import snakemake

with step(snakemake) as job:
    calibration(
        certainty=job.input("certainty"),
        calibration=job.input("calibration"),
        context=job.param("context", Context),
        files=job.files(FigureFiles),
    )

"""Figure 5: reference against predicted grade of a regression variant."""

from typing import TYPE_CHECKING

from discgrade.publication.figures.agreement import agreement
from discgrade.publication.figures.files import FigureFiles
from discgrade.settings.run import Run
from discgrade.step import step

if TYPE_CHECKING:
    from snakemake.iocontainers import snakemake

with step(snakemake) as job:
    agreement(
        graded=job.input("graded"),
        discs=job.input("discs"),
        samples=job.inputs("samples"),
        run=job.param("run", Run),
        label=job.param("label", str),
        pictures=job.param("pictures", bool),
        seed=job.param("seed", int),
        files=job.files(FigureFiles),
    )

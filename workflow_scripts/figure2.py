"""Figure 2: reference against predicted grade of the default variant."""

from typing import TYPE_CHECKING

from discgrade.publication.context import Context
from discgrade.publication.figures.agreement import agreement
from discgrade.publication.figures.drawing.files import FigureFiles
from discgrade.settings.run import Run
from discgrade.step import step

if TYPE_CHECKING:
    from snakemake.iocontainers import snakemake

with step(snakemake) as job:
    agreement(
        graded=job.input("graded"),
        discs=job.input("discs"),
        samples=job.inputs("samples"),
        scores=job.input("scores"),
        intervals=job.input("intervals"),
        shown=job.input("shown"),
        run=job.param("run", Run),
        label=job.param("label", str),
        figure="2",
        pictures=job.param("pictures", bool),
        seed=job.param("seed", int),
        context=job.param("context", Context),
        files=job.files(FigureFiles),
    )

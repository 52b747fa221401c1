"""Every variant with its intervals, beside the agreement of the raters."""

from pathlib import Path
from typing import TYPE_CHECKING

from discgrade.publication.figures.forest import forest
from discgrade.settings.grid import Run
from discgrade.step import step

if TYPE_CHECKING:
    from snakemake.iocontainers import snakemake

with step(snakemake) as job:
    forest(
        scores=Path(job.input.scores),
        intervals=Path(job.input.intervals),
        run=Run(**job.params.run),
        variants=job.params.variants,
        pdf=Path(job.output.pdf),
        png=Path(job.output.png),
        csv=Path(job.output.csv),
    )

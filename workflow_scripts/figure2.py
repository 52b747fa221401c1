"""Figure 2: reference against predicted grade of the default variant."""

from pathlib import Path
from typing import TYPE_CHECKING

from discgrade.publication.figures.agreement import figure2
from discgrade.settings.grid import Run
from discgrade.step import step

if TYPE_CHECKING:
    from snakemake.iocontainers import snakemake

with step(snakemake) as job:
    figure2(
        graded=Path(job.input.graded),
        discs=Path(job.input.discs),
        samples=list(map(Path, job.input.samples)),
        run=Run(**job.params.run),
        pictures=job.params.pictures,
        seed=job.params.seed,
        pdf=Path(job.output.pdf),
        png=Path(job.output.png),
        csv=Path(job.output.csv),
    )

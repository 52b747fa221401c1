"""Figure 1: distribution of the grades by cohort."""

from pathlib import Path
from typing import TYPE_CHECKING

from discgrade.publication.figures.grades import figure1
from discgrade.step import step

if TYPE_CHECKING:
    from snakemake.iocontainers import snakemake

with step(snakemake) as job:
    figure1(
        discs=Path(job.input.discs),
        pdf=Path(job.output.pdf),
        png=Path(job.output.png),
        csv=Path(job.output.csv),
    )

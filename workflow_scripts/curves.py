"""Training curves of all variants."""

from pathlib import Path
from typing import TYPE_CHECKING

from discgrade.publication.figures.curves import curves
from discgrade.step import step

if TYPE_CHECKING:
    from snakemake.iocontainers import snakemake

with step(snakemake) as job:
    curves(
        histories=dict(zip(job.params.titles, map(Path, job.input.histories), strict=True)),
        pdf=Path(job.output.pdf),
        png=Path(job.output.png),
        csv=Path(job.output.csv),
    )

"""Draw the posterior of every score by Bayesian bootstrap."""

from pathlib import Path
from typing import TYPE_CHECKING

from discgrade.reliability.intervals import credible_intervals
from discgrade.step import step

if TYPE_CHECKING:
    from snakemake.iocontainers import snakemake

with step(snakemake) as job:
    credible_intervals(
        graded=Path(job.input.graded),
        discs=Path(job.input.discs),
        ratings=Path(job.input.ratings),
        intervals=Path(job.output.intervals),
        comparisons=Path(job.output.comparisons),
        unit=job.params.unit,
        reference=job.params.reference,
        **job.params.intervals,
    )

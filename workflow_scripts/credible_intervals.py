"""Draw the posterior of every score by Bayesian bootstrap."""

from typing import TYPE_CHECKING, cast

from discgrade.reliability.intervals import credible_intervals
from discgrade.settings.groups.cohort import Reference
from discgrade.settings.model import Intervals, Unit
from discgrade.step import step

if TYPE_CHECKING:
    from snakemake.iocontainers import snakemake

with step(snakemake) as job:
    credible_intervals(
        graded=job.input("graded"),
        discs=job.input("discs"),
        ratings=job.input("ratings"),
        intervals=job.output("intervals"),
        comparisons=job.output("comparisons"),
        posteriors=job.output("posteriors"),
        shown=job.output("shown"),
        unit=cast(Unit, job.param("unit", str)),
        reference=job.param("reference", Reference),
        settings=job.param("settings", Intervals),
        threads=job.threads,
    )

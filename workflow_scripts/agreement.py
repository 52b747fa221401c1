"""Say how well the main model agrees by group, with limits of agreement, and what the next study needs."""

from typing import TYPE_CHECKING

from discgrade.reliability.agreement.writing import write_agreement
from discgrade.settings.model import Intervals
from discgrade.settings.run import Run
from discgrade.step import step

if TYPE_CHECKING:
    from snakemake.iocontainers import snakemake

with step(snakemake) as job:
    write_agreement(
        graded=job.input("graded"),
        discs=job.input("discs"),
        runs=job.param("runs", list[Run]),
        headers=job.param("headers", bool),
        settings=job.param("intervals", Intervals),
        destination=job.output("agreement"),
    )

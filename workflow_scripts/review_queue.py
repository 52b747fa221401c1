"""Write the discs whose pseudo-label is far from the reading, for the raters' page."""

from typing import TYPE_CHECKING

from discgrade.readings.reviewing import write_queue
from discgrade.step import step

if TYPE_CHECKING:
    from snakemake.iocontainers import snakemake

with step(snakemake) as job:
    write_queue(
        labels=job.inputs("labels"),
        discs=job.input("discs"),
        deviation=job.param("deviation", float),
        destination=job.output("queue"),
    )

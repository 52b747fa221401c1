"""Write the slices of a shard that a locator learns from."""

from typing import TYPE_CHECKING

from discgrade.learning.localisation.slices import write_slices
from discgrade.step import step

if TYPE_CHECKING:
    from snakemake.iocontainers import snakemake

with step(snakemake) as job:
    write_slices(
        discs=job.input("discs"),
        instances=job.input("instances"),
        shard=job.wildcard("shard"),
        export=job.path("export"),
        side=job.param("side", int),
        spacing_mm=job.param("spacing_mm", float),
        destination=job.output("slices"),
    )

"""Show in short what stands behind each table and figure."""

from typing import TYPE_CHECKING

from discgrade.provenance.audit.summary import write_chains
from discgrade.step import step

if TYPE_CHECKING:
    from snakemake.iocontainers import snakemake

with step(snakemake) as job:
    write_chains(results=job.results, destination=job.output("chains"))

"""Show in short what stands behind each table and figure."""

from typing import TYPE_CHECKING

from discgrade.provenance.audit.summary import summarise_chains
from discgrade.step import step

if TYPE_CHECKING:
    from snakemake.iocontainers import snakemake

with step(snakemake) as job:
    summarise_chains(results=job.results, page_file=job.output("chains"), values=job.output("values"))

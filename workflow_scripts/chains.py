"""Show in short what stands behind each table and figure."""

from pathlib import Path
from typing import TYPE_CHECKING

from discgrade.provenance.summary import write_chains
from discgrade.step import step

if TYPE_CHECKING:
    from snakemake.iocontainers import snakemake

with step(snakemake) as job:
    write_chains(results=Path(job.output.chains).parents[1], destination=Path(job.output.chains))

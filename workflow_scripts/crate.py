"""Describe the study as a Workflow Run RO-Crate, from its job records."""

from pathlib import Path
from typing import TYPE_CHECKING

from discgrade.provenance.crate import write_crate
from discgrade.step import step

if TYPE_CHECKING:
    from snakemake.iocontainers import snakemake

with step(snakemake) as job:
    write_crate(results=Path(job.output.crate).parents[1], config=job.params.study, destination=Path(job.output.crate))

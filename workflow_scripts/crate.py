"""Describe the study as a Workflow Run RO-Crate, from its job records."""

from typing import TYPE_CHECKING

from discgrade.provenance.crate.study import write_crate
from discgrade.settings.groups.attribution import Provenance
from discgrade.step import step

if TYPE_CHECKING:
    from snakemake.iocontainers import snakemake

with step(snakemake) as job:
    write_crate(
        results=job.results,
        study=job.param("study", str),
        provenance=job.param("provenance", Provenance),
        destination=job.output("crate"),
    )

"""Join the shards into one cohort: every reading, one row a disc, and who was excluded and why."""

from typing import TYPE_CHECKING

from discgrade.cohort.selection import select_discs
from discgrade.settings.model import Reference
from discgrade.step import step

if TYPE_CHECKING:
    from snakemake.iocontainers import snakemake

with step(snakemake) as job:
    select_discs(
        ratings=job.inputs("ratings"),
        instances=job.inputs("instances"),
        rejected=job.inputs("rejected"),
        shards=job.param("shards", list[str]),
        reference=job.param("reference", Reference),
        ratings_out=job.output("ratings"),
        discs_out=job.output("discs"),
        flow_out=job.output("flow"),
    )

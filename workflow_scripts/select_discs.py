"""Join the shards into one cohort: readings, discs, the parts of all patients, and who was excluded and why."""

from typing import TYPE_CHECKING

from discgrade.cohort.selection import select_discs
from discgrade.cohort.shards import shards_of
from discgrade.cohort.splits import add_external
from discgrade.settings.groups.cohort import Reference
from discgrade.step import step

if TYPE_CHECKING:
    from snakemake.iocontainers import snakemake

with step(snakemake) as job:
    select_discs(
        shards=shards_of(job.param("shards", list[str]), job.inputs),
        trained=job.input("trained"),
        flagged=next(iter(job.inputs("flagged")), None),
        reference=job.param("reference", Reference),
        accept_regions=job.param("accept_regions", bool),
        ratings_out=job.output("ratings"),
        discs_out=job.output("discs"),
        flow_out=job.output("flow"),
    )
    add_external(trained=job.input("trained_splits"), discs=job.output("discs"), destination=job.output("splits"))

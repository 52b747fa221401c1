"""Join the shards into one cohort: every reading, one row a disc, and who was excluded and why."""

from pathlib import Path
from typing import TYPE_CHECKING

from discgrade.cohort.selection import select_discs
from discgrade.step import step

if TYPE_CHECKING:
    from snakemake.iocontainers import snakemake

with step(snakemake) as job:
    select_discs(
        ratings=list(map(Path, job.input.ratings)),
        instances=list(map(Path, job.input.instances)),
        rejected=list(map(Path, job.input.rejected)),
        shards=job.params.shards,
        reference=job.params.reference,
        ratings_out=Path(job.output.ratings),
        discs_out=Path(job.output.discs),
        flow_out=Path(job.output.flow),
    )

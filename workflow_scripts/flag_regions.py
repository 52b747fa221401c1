"""List the regions of interest that look wrong."""

from typing import TYPE_CHECKING

from discgrade.cohort.flags import flag_regions
from discgrade.cohort.shards import shards_of
from discgrade.settings.groups.cohort import Reference
from discgrade.step import step

if TYPE_CHECKING:
    from snakemake.iocontainers import snakemake

with step(snakemake) as job:
    flag_regions(
        shards=shards_of(job.param("shards", list[str]), job.inputs),
        rois=job.inputs("rois"),
        reference=job.param("reference", Reference),
        private=job.private if job.param("listed", bool) else None,
        destination=job.output("flagged"),
    )

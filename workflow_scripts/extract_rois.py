"""Cut the region of interest of each disc of one shard out of its slice."""

from pathlib import Path
from typing import TYPE_CHECKING

from discgrade.imaging.roi import extract_shard
from discgrade.readings.reference import reference_discs
from discgrade.records import INSTANCES, RATINGS, read
from discgrade.step import step

if TYPE_CHECKING:
    from snakemake.iocontainers import snakemake

with step(snakemake) as job:
    discs = reference_discs(
        read(job.input.ratings, RATINGS),
        read(job.input.instances, INSTANCES),
        reference=job.params.reference,
        shard=job.wildcards.shard,
    )
    extract_shard(
        discs=discs,
        instances=Path(job.input.instances),
        export=Path(job.params.export),
        destination=Path(job.output.rois),
        region=job.params.region,
    )

"""Cut the region of interest of each disc of one shard out of its slice."""

from typing import TYPE_CHECKING, cast

from discgrade.cohort.regions import extract_rois
from discgrade.settings.groups.cohort import Reference
from discgrade.settings.model import Region
from discgrade.step import step

if TYPE_CHECKING:
    from snakemake.iocontainers import snakemake

with step(snakemake) as job:
    extract_rois(
        ratings=job.input("ratings"),
        instances=job.input("instances"),
        shard=job.wildcard("shard"),
        export=job.path("export"),
        reference=job.param("reference", Reference),
        region=cast(Region, job.param("region", str)),
        destination=job.output("rois"),
    )

"""Turn the regions of interest of one shard into square samples, as read and augmented."""

from typing import TYPE_CHECKING, cast

from discgrade.learning.grading.augmentation import augment_shard
from discgrade.settings.model import Augmentation, Border
from discgrade.step import step

if TYPE_CHECKING:
    from snakemake.iocontainers import snakemake

with step(snakemake) as job:
    augment_shard(
        rois=job.input("rois"),
        destination=job.output("samples"),
        resolution=int(job.wildcard("resolution")),
        border=cast(Border, job.param("border", str)),
        augmentation=job.param("augmentation", Augmentation),
    )

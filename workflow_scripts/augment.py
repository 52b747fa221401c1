"""Turn the regions of interest of one shard into square samples, as read and augmented."""

from pathlib import Path
from typing import TYPE_CHECKING

from discgrade.learning.grading.augmentation import augment_shard
from discgrade.learning.grading.transforms import Augmentation
from discgrade.step import step

if TYPE_CHECKING:
    from snakemake.iocontainers import snakemake

with step(snakemake) as job:
    augment_shard(
        rois=Path(job.input.rois),
        destination=Path(job.output.samples),
        resolution=int(job.wildcards.resolution),
        border=job.params.border,
        augmentation=Augmentation(**job.params.augmentation),
    )

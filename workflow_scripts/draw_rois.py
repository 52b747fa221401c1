"""Show regions of interest on their slices: a sample, and every flagged one."""

from typing import TYPE_CHECKING

from discgrade.publication.rois.pages import Drawings, draw_rois
from discgrade.step import step

if TYPE_CHECKING:
    from snakemake.iocontainers import snakemake

with step(snakemake) as job:
    draw_rois(
        discs=job.input("discs"),
        flagged=job.input("flagged"),
        instances=job.inputs("instances"),
        export=job.path("export"),
        files=job.files(Drawings),
        seed=job.param("seed", int),
        pictures=job.param("pictures", bool),
        boxes=next(iter(job.inputs("boxes")), None),
    )

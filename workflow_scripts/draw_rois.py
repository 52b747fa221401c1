"""Show regions of interest on their slices: a sample, and every flagged one."""

from typing import TYPE_CHECKING

from discgrade.publication.rois import draw_rois
from discgrade.step import step

if TYPE_CHECKING:
    from snakemake.iocontainers import snakemake

with step(snakemake) as job:
    draw_rois(
        discs=job.input("discs"),
        rois=job.inputs("rois"),
        instances=job.inputs("instances"),
        export=job.path("export"),
        pdf=job.output("pdf"),
        png=job.output("png"),
        seed=job.param("seed", int),
        pictures=job.param("pictures", bool),
    )

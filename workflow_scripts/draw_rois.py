"""Show regions of interest on their slices: a sample, and every doubtful one."""

from pathlib import Path
from typing import TYPE_CHECKING

from discgrade.publication.rois import draw_rois
from discgrade.step import step

if TYPE_CHECKING:
    from snakemake.iocontainers import snakemake

with step(snakemake) as job:
    draw_rois(
        discs=Path(job.input.discs),
        rois=list(map(Path, job.input.rois)),
        instances=list(map(Path, job.input.instances)),
        export=Path(job.params.export),
        destination_pdf=Path(job.output.pdf),
        destination_png=Path(job.output.png),
        seed=job.params.seed,
        pictures=job.params.pictures,
    )

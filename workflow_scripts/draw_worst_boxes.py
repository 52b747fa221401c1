"""Draw the slices with the largest errors of found boxes."""

from typing import TYPE_CHECKING

from discgrade.publication.worst_boxes import WorstFiles, draw_worst
from discgrade.step import step

if TYPE_CHECKING:
    from snakemake.iocontainers import snakemake

with step(snakemake) as job:
    draw_worst(
        boxes=job.input("boxes"),
        instances=job.inputs("instances"),
        export=job.path("export"),
        files=job.files(WorstFiles),
        pictures=job.param("pictures", bool),
    )

"""Table: how stable grades are."""

from typing import TYPE_CHECKING

from discgrade.publication.context import Context
from discgrade.publication.render.files import TableFiles
from discgrade.publication.tables.stability import stability
from discgrade.step import step

if TYPE_CHECKING:
    from snakemake.iocontainers import snakemake

with step(snakemake) as job:
    stability(
        stability=job.input("stability"),
        scores=job.input("scores"),
        intervals=job.input("intervals"),
        context=job.param("context", Context),
        files=job.files(TableFiles),
    )

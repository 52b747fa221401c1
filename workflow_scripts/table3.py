"""Table 3: scores of each grade."""

from typing import TYPE_CHECKING

from discgrade.publication.context import ComparedContext
from discgrade.publication.render.files import TableFiles
from discgrade.publication.tables.paper.table3 import table3
from discgrade.step import step

if TYPE_CHECKING:
    from snakemake.iocontainers import snakemake

with step(snakemake) as job:
    table3(
        scores=job.input("scores"),
        intervals=job.input("intervals"),
        context=job.param("context", ComparedContext),
        files=job.files(TableFiles),
    )

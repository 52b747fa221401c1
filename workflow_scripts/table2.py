"""Table 2: global scores of raters and models."""

from typing import TYPE_CHECKING

from discgrade.publication.context import ComparedContext
from discgrade.publication.render.files import TableFiles
from discgrade.publication.tables.paper.table2 import table2
from discgrade.step import step

if TYPE_CHECKING:
    from snakemake.iocontainers import snakemake

with step(snakemake) as job:
    table2(
        scores=job.input("scores"),
        intervals=job.input("intervals"),
        comparisons=job.input("comparisons"),
        context=job.param("context", ComparedContext),
        files=job.files(TableFiles),
    )

"""Table sample_size: how many patients the next study needs."""

from typing import TYPE_CHECKING

from discgrade.publication.context import Context
from discgrade.publication.render.files import TableFiles
from discgrade.publication.tables.sample_size import sample_size
from discgrade.step import step

if TYPE_CHECKING:
    from snakemake.iocontainers import snakemake

with step(snakemake) as job:
    sample_size(
        agreement=job.input("agreement"),
        context=job.param("context", Context),
        files=job.files(TableFiles),
    )

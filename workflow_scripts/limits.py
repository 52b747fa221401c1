"""Table limits: bias and limits of agreement of grades and of a patient's sum."""

from typing import TYPE_CHECKING

from discgrade.publication.context import Context
from discgrade.publication.render.files import TableFiles
from discgrade.publication.tables.limits import limits
from discgrade.step import step

if TYPE_CHECKING:
    from snakemake.iocontainers import snakemake

with step(snakemake) as job:
    limits(
        agreement=job.input("agreement"),
        context=job.param("context", Context),
        files=job.files(TableFiles),
    )

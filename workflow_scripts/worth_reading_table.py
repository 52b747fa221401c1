"""Table: the discs that are worth reading again."""

from typing import TYPE_CHECKING

from discgrade.publication.context import Context
from discgrade.publication.render.files import TableFiles
from discgrade.publication.tables.worth_reading import worth_reading
from discgrade.step import step

if TYPE_CHECKING:
    from snakemake.iocontainers import snakemake

with step(snakemake) as job:
    worth_reading(
        quality=job.input("quality"),
        reason=job.param("reason", str),
        context=job.param("context", Context),
        files=job.files(TableFiles),
    )

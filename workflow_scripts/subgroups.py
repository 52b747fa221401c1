"""Table subgroups: agreement by level, manufacturer, field strength, sex and age."""

from typing import TYPE_CHECKING

from discgrade.publication.context import Context
from discgrade.publication.render.files import TableFiles
from discgrade.publication.tables.subgroups import subgroups
from discgrade.step import step

if TYPE_CHECKING:
    from snakemake.iocontainers import snakemake

with step(snakemake) as job:
    subgroups(
        agreement=job.input("agreement"),
        context=job.param("context", Context),
        files=job.files(TableFiles),
    )

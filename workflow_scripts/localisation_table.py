"""Table: what found boxes are worth."""

from typing import TYPE_CHECKING

from discgrade.publication.context import Context
from discgrade.publication.render.files import TableFiles
from discgrade.publication.tables.localisation import localisation
from discgrade.step import step

if TYPE_CHECKING:
    from snakemake.iocontainers import snakemake

with step(snakemake) as job:
    localisation(
        localisation=job.input("localisation"),
        facts=job.input("facts"),
        context=job.param("context", Context),
        regraded=job.param("regraded", str),
        files=job.files(TableFiles),
    )

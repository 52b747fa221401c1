"""Table: how sure a grade is."""

from typing import TYPE_CHECKING

from discgrade.publication.context import Context
from discgrade.publication.render.files import TableFiles
from discgrade.publication.tables.certainty import certainty
from discgrade.step import step

if TYPE_CHECKING:
    from snakemake.iocontainers import snakemake

with step(snakemake) as job:
    certainty(
        certainty=job.input("certainty"),
        calibration=job.input("calibration"),
        context=job.param("context", Context),
        files=job.files(TableFiles),
    )

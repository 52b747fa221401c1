"""Grade discs by their drawn and by their found regions."""

from typing import TYPE_CHECKING

from discgrade.learning.localisation.regrading import Cut, regrade
from discgrade.settings.members import Trained
from discgrade.step import step

if TYPE_CHECKING:
    from snakemake.iocontainers import snakemake

with step(snakemake) as job:
    regrade(
        boxes=job.input("boxes"),
        instances=job.inputs("instances"),
        export=job.path("export"),
        trained=job.param("trained", list[Trained]),
        models=job.inputs("models"),
        cut=job.param("cut", Cut),
        destination=job.output("regraded"),
    )

"""Table 1: the network, layer by layer."""

from typing import TYPE_CHECKING

from discgrade.publication.render.files import TableFiles
from discgrade.publication.tables.paper.table1 import table1
from discgrade.settings.run import Run
from discgrade.step import step

if TYPE_CHECKING:
    from snakemake.iocontainers import snakemake

with step(snakemake) as job:
    table1(
        network=job.input("network"),
        run=job.param("run", Run),
        label=job.param("label", str),
        compare=job.param("compare", bool),
        files=job.files(TableFiles),
    )

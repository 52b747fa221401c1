"""Table 1: layers of the network."""

from pathlib import Path
from typing import TYPE_CHECKING

from discgrade.publication.tables.table1 import table1
from discgrade.step import step

if TYPE_CHECKING:
    from snakemake.iocontainers import snakemake

with step(snakemake) as job:
    table1(
        network=Path(job.input.network),
        context=job.params.context,
        destination={kind: Path(job.output[kind]) for kind in ("csv", "md", "tex", "html")},
    )

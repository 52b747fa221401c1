"""Table 3: scores of each grade."""

from pathlib import Path
from typing import TYPE_CHECKING

from discgrade.publication.tables.table3 import table3
from discgrade.step import step

if TYPE_CHECKING:
    from snakemake.iocontainers import snakemake

with step(snakemake) as job:
    table3(
        scores=Path(job.input.scores),
        intervals=Path(job.input.intervals),
        context=job.params.context,
        destination={kind: Path(job.output[kind]) for kind in ("csv", "md", "tex", "html")},
    )

"""Table 2: global scores of raters and variants."""

from pathlib import Path
from typing import TYPE_CHECKING

from discgrade.publication.tables.table2 import table2
from discgrade.step import step

if TYPE_CHECKING:
    from snakemake.iocontainers import snakemake

with step(snakemake) as job:
    table2(
        scores=Path(job.input.scores),
        intervals=Path(job.input.intervals),
        comparisons=Path(job.input.comparisons),
        context=job.params.context,
        destination={kind: Path(job.output[kind]) for kind in ("csv", "md", "tex", "html")},
    )

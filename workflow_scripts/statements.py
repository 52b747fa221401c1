"""The numbers that the Results of the paper state in words."""

from pathlib import Path
from typing import TYPE_CHECKING

from discgrade.publication.tables.statements import statements
from discgrade.step import step

if TYPE_CHECKING:
    from snakemake.iocontainers import snakemake

with step(snakemake) as job:
    statements(
        scores=Path(job.input.scores),
        intervals=Path(job.input.intervals),
        comparisons=Path(job.input.comparisons),
        graded=Path(job.input.graded),
        context=job.params.context,
        destination={kind: Path(job.output[kind]) for kind in ("csv", "md", "tex", "html")},
    )

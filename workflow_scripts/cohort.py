"""Who and what was studied."""

from pathlib import Path
from typing import TYPE_CHECKING

from discgrade.publication.tables.cohort import cohort
from discgrade.step import step

if TYPE_CHECKING:
    from snakemake.iocontainers import snakemake

with step(snakemake) as job:
    cohort(
        discs=Path(job.input.discs),
        ratings=Path(job.input.ratings),
        flow=Path(job.input.flow),
        context=job.params.context,
        destination={kind: Path(job.output[kind]) for kind in ("csv", "md", "tex", "html")},
    )

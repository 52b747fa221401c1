"""Deal the patients to the fixed split, the folds and the nested shares."""

from pathlib import Path
from typing import TYPE_CHECKING

from discgrade.cohort.splits import make_splits
from discgrade.step import step

if TYPE_CHECKING:
    from snakemake.iocontainers import snakemake

with step(snakemake) as job:
    make_splits(discs=Path(job.input.discs), destination=Path(job.output.splits), **job.params.splits)

"""Choose the discs to train on, and assign their patients to the hold-out split, the folds and the nested fractions."""

from typing import TYPE_CHECKING

from discgrade.cohort.selection import select_trained
from discgrade.cohort.shards import shards_of
from discgrade.cohort.splits import make_splits
from discgrade.settings.groups.cohort import Reference
from discgrade.settings.model import Splits
from discgrade.step import step

if TYPE_CHECKING:
    from snakemake.iocontainers import snakemake

with step(snakemake) as job:
    select_trained(
        shards=shards_of(job.param("shards", list[str]), job.inputs),
        flagged=next(iter(job.inputs("flagged")), None),
        reference=job.param("reference", Reference),
        accept_regions=job.param("accept_regions", bool),
        destination=job.output("discs"),
    )
    make_splits(discs=job.output("discs"), splits=job.param("splits", Splits), destination=job.output("splits"))

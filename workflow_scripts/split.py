"""Assign the patients to the hold-out split, the folds and the nested training fractions."""

from typing import TYPE_CHECKING

from discgrade.cohort.splits import make_splits
from discgrade.settings.model import Splits
from discgrade.step import step

if TYPE_CHECKING:
    from snakemake.iocontainers import snakemake

with step(snakemake) as job:
    make_splits(discs=job.input("discs"), splits=job.param("splits", Splits), destination=job.output("splits"))

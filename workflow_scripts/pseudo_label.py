"""Label a cohort by the teacher of a split."""

from typing import TYPE_CHECKING

from discgrade.reliability.plan import RunPlan
from discgrade.reliability.pseudo.labelling import label_cohort
from discgrade.step import step

if TYPE_CHECKING:
    from snakemake.iocontainers import snakemake

with step(snakemake) as job:
    label_cohort(
        predictions=job.input("predictions"),
        teacher=job.param("teacher", RunPlan),
        discs=job.input("discs"),
        splits=job.input("splits"),
        cohort=job.param("cohort", str),
        destination=job.output("labels"),
    )

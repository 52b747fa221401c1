"""Decode every run's predictions and score them."""

from typing import TYPE_CHECKING

from discgrade.reliability.plan import RunPlan
from discgrade.reliability.scoring import score_runs
from discgrade.settings.groups.cohort import Reference
from discgrade.step import step

if TYPE_CHECKING:
    from snakemake.iocontainers import snakemake

with step(snakemake) as job:
    score_runs(
        predictions=job.inputs("predictions"),
        external=job.inputs("external"),
        runs=job.param("runs", list[RunPlan]),
        discs=job.input("discs"),
        splits=job.input("splits"),
        ratings=job.input("ratings"),
        graded=job.output("graded"),
        scores=job.output("scores"),
        reference=job.param("reference", Reference),
        labels=job.inputs("labels"),
    )

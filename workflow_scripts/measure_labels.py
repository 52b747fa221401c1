"""Measure how good the labels are, by models that did not learn them, and rank what is worth reading again."""

from typing import TYPE_CHECKING

from discgrade.reliability.labels.measuring import measure_labels
from discgrade.reliability.plan import RunPlan
from discgrade.settings.groups.cohort import Reference
from discgrade.settings.model import Intervals
from discgrade.step import step

if TYPE_CHECKING:
    from snakemake.iocontainers import snakemake

with step(snakemake) as job:
    measure_labels(
        predictions=job.inputs("predictions"),
        runs=job.param("runs", list[RunPlan]),
        reason=job.param("reason", str),
        trained=job.param("trained", list[str]),
        graded=job.input("graded"),
        discs=job.input("discs"),
        splits=job.input("splits"),
        ratings=job.input("ratings"),
        again=next(iter(job.inputs("again")), None),
        reference=job.param("reference", Reference),
        intervals=job.param("intervals", Intervals),
        noise=job.output("noise"),
        quality=job.output("quality"),
        queue=job.output("queue"),
    )

"""Score the network that is taught by each kind of labels."""

from typing import TYPE_CHECKING

from discgrade.reliability.plan import RunPlan
from discgrade.reliability.pseudo.scoring import score_pseudo_labels
from discgrade.settings.model import Intervals
from discgrade.settings.run import Run
from discgrade.step import step

if TYPE_CHECKING:
    from snakemake.iocontainers import snakemake

with step(snakemake) as job:
    score_pseudo_labels(
        predictions=job.inputs("predictions"),
        runs=job.param("runs", list[RunPlan]),
        labels=job.inputs("labels"),
        teachers=job.param("teachers", list[Run]),
        discs=job.input("discs"),
        splits=job.input("splits"),
        cohort=job.param("cohort", str),
        intervals=job.param("intervals", Intervals),
        destination=job.output("scores"),
    )

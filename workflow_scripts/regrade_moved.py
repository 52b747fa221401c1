"""Grade the study's discs again with moved regions, by networks that have not seen them, and score the agreement."""

from typing import TYPE_CHECKING

from discgrade.grading.stability.regrading import Cohort, regrade
from discgrade.learning.grading.augmentation import scored_views
from discgrade.reliability.plan import Regraded, RunPlan
from discgrade.reliability.stability import measure_stability
from discgrade.settings.model import Augmentation, Images, Intervals
from discgrade.step import step

if TYPE_CHECKING:
    from snakemake.iocontainers import snakemake

with step(snakemake) as job:
    runs = job.param("runs", list[Regraded])
    views = scored_views(runs[0].plan.protocol.score, job.param("augmentation", Augmentation))
    regrade(
        cohort=Cohort(
            discs=job.input("discs"),
            splits=job.input("splits"),
            instances=job.inputs("instances"),
            shards=job.param("shards", list[str]),
            export=job.path("export"),
        ),
        networks=job.inputs("networks"),
        runs=runs,
        predictions=job.inputs("predictions"),
        cutting=job.param("cutting", list[RunPlan]),
        images=job.param("images", Images),
        views=views[: job.param("views", int)],
        destination=job.output("moved"),
    )
    measure_stability(
        moved=job.output("moved"),
        intervals=job.param("intervals", Intervals),
        stability=job.output("stability"),
    )

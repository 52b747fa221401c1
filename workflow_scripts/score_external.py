"""Score the hold-out network on the test part and on the external cohort."""

from typing import TYPE_CHECKING

from discgrade.reliability.external.measuring import score_external
from discgrade.reliability.plan import RunPlan
from discgrade.settings.model import Intervals
from discgrade.step import step

if TYPE_CHECKING:
    from snakemake.iocontainers import snakemake

with step(snakemake) as job:
    score_external(
        predictions=job.inputs("predictions"),
        external=job.inputs("external"),
        runs=job.param("runs", list[RunPlan]),
        reason=job.param("reason", str),
        discs=job.input("discs"),
        splits=job.input("splits"),
        calibration=job.input("calibration"),
        headers=job.param("headers", bool),
        intervals=job.param("intervals", Intervals),
        destination=job.output("scores"),
    )

"""Learn from out-of-fold outputs how sure the variant of the bundle is, and measure what that is worth."""

from typing import TYPE_CHECKING

from discgrade.reliability.certainty.learning import learn_certainty
from discgrade.reliability.plan import RunPlan
from discgrade.settings.model import Intervals
from discgrade.step import step

if TYPE_CHECKING:
    from snakemake.iocontainers import snakemake

with step(snakemake) as job:
    learn_certainty(
        predictions=job.inputs("predictions"),
        runs=job.param("runs", list[RunPlan]),
        reason=job.param("reason", str),
        discs=job.input("discs"),
        splits=job.input("splits"),
        coverage=job.param("coverage", float),
        intervals=job.param("intervals", Intervals),
        calibration=job.output("calibration"),
        certainty=job.output("certainty"),
    )

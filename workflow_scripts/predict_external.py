"""Let a trained network grade the discs of the cohort `external`."""

from typing import TYPE_CHECKING

from discgrade.learning.grading.predicting import predict_external
from discgrade.learning.loop.placement import use_gpu
from discgrade.settings.model import Protocol, Training
from discgrade.step import step

if TYPE_CHECKING:
    from snakemake.iocontainers import snakemake

with step(snakemake) as job:
    use_gpu(job.gpus)
    predict_external(
        model=job.input("model"),
        samples=job.inputs("samples"),
        discs=job.input("discs"),
        splits=job.input("splits"),
        run=job.run,
        training=job.param("training", Training),
        protocol=job.param("protocol", Protocol),
        scratch=job.path("scratch"),
        destination=job.output("predictions"),
    )

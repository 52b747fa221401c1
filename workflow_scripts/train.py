"""Train one run and predict its scored part."""

from typing import TYPE_CHECKING

from discgrade.learning.grading.lessons import Lesson
from discgrade.learning.grading.training import TrainingFiles, train_model
from discgrade.learning.loop.placement import use_gpu
from discgrade.settings.model import Protocol, Training
from discgrade.step import step

if TYPE_CHECKING:
    from snakemake.iocontainers import snakemake

with step(snakemake) as job:
    use_gpu(job.gpus)
    labels = job.inputs("labels")
    train_model(
        samples=job.inputs("samples"),
        discs=job.input("discs"),
        splits=job.input("splits"),
        run=job.run,
        training=job.param("training", Training),
        protocol=job.param("protocol", Protocol),
        identity=job.identity,
        files=TrainingFiles(
            model=job.output("model"),
            network=job.output("network"),
            history=job.output("history"),
            predictions=job.output("predictions"),
        ),
        state=job.path("state"),
        lesson=Lesson(labels[0] if labels else None, job.param("without", str) or None),
        progress=job.progress,
    )

"""Train one run and predict its scored part."""

import os
from pathlib import Path
from typing import TYPE_CHECKING

from discgrade.learning.grading.training import train_model
from discgrade.learning.loop.placement import take_gpu
from discgrade.settings.grid import Run
from discgrade.step import step

if TYPE_CHECKING:
    from snakemake.iocontainers import snakemake

with step(snakemake) as job:
    if job.resources.gpu:
        take_gpu()
    else:
        os.environ["CUDA_VISIBLE_DEVICES"] = ""
    wildcards = job.wildcards
    train_model(
        samples=list(map(Path, job.input.samples)),
        discs=Path(job.input.discs),
        splits=Path(job.input.splits),
        run=Run(
            wildcards.variant, int(wildcards.resolution), int(wildcards.share), wildcards.split, int(wildcards.seed)
        ),
        training=job.params.training,
        protocol=job.params.protocol,
        model=Path(job.output.model),
        network=Path(job.output.network),
        history=Path(job.output.history),
        predictions=Path(job.output.predictions),
        state=Path(job.params.state),
    )

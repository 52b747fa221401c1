"""Train a locator in a fold or on all, and let it find the discs of patients that it has not seen."""

from typing import TYPE_CHECKING

from discgrade.learning.localisation.training import LocatorFiles, train_locator
from discgrade.learning.loop.placement import use_gpu
from discgrade.settings.groups.locator import Locator
from discgrade.settings.model import Training
from discgrade.step import step

if TYPE_CHECKING:
    from snakemake.iocontainers import snakemake

with step(snakemake) as job:
    use_gpu(job.gpus)
    train_locator(
        slices=job.inputs("slices"),
        discs=job.input("discs"),
        splits=job.input("splits"),
        split=job.wildcard("fold"),
        locator=job.param("locator", Locator),
        training=job.param("training", Training),
        identity=job.identity,
        files=job.files(LocatorFiles),
        state=job.path("state"),
        progress=job.progress,
    )

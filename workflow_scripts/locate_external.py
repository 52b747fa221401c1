"""Let the locator of all patients find the discs of the cohort `external`."""

from typing import TYPE_CHECKING

from discgrade.learning.localisation.external import locate_external
from discgrade.learning.loop.placement import use_gpu
from discgrade.settings.groups.locator import Locator
from discgrade.settings.model import Training
from discgrade.step import step

if TYPE_CHECKING:
    from snakemake.iocontainers import snakemake

with step(snakemake) as job:
    use_gpu(job.gpus)
    locate_external(
        model=job.input("model"),
        facts=job.input("facts"),
        slices=job.inputs("slices"),
        discs=job.input("discs"),
        locator=job.param("locator", Locator),
        training=job.param("training", Training),
        destination=job.output("located"),
    )

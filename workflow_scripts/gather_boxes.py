"""Join found boxes to drawn ones, and choose the threshold that the locator is used with."""

from typing import TYPE_CHECKING

from discgrade.learning.localisation.gathering import BoxFiles, gather_boxes
from discgrade.step import step

if TYPE_CHECKING:
    from snakemake.iocontainers import snakemake

with step(snakemake) as job:
    gather_boxes(
        located=[*job.inputs("located"), *job.inputs("external")],
        facts=job.input("facts"),
        discs=job.input("discs"),
        instances=job.inputs("instances"),
        files=job.files(BoxFiles),
    )

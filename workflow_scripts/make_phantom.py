"""Make the phantom cohort: DICOM studies and a sheet of readings, as a hospital would export them."""

from typing import TYPE_CHECKING

from discgrade.phantom.cohort import make_cohort
from discgrade.settings.groups.cohort import Phantom
from discgrade.step import step

if TYPE_CHECKING:
    from snakemake.iocontainers import snakemake

with step(snakemake) as job:
    make_cohort(
        private=job.private,
        destination=job.path("destination"),
        ratings=job.output("ratings"),
        truth=job.output("truth"),
        phantom=job.param("phantom", Phantom),
        workers=job.threads,
    )

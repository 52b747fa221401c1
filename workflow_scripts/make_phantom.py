"""Make the phantom cohort: DICOM studies and a sheet of readings, as a hospital would export them."""

from pathlib import Path
from typing import TYPE_CHECKING

from discgrade.phantom.cohort import make_cohort
from discgrade.step import step

if TYPE_CHECKING:
    from snakemake.iocontainers import snakemake

with step(snakemake) as job:
    Path("private", job.config["study"]).chmod(0o700)
    make_cohort(
        destination=Path(job.params.destination),
        ratings=Path(job.output.ratings),
        truth=Path(job.output.truth),
        workers=job.threads,
        **job.params.phantom,
    )

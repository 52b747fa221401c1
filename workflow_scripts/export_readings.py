"""Make the sheet of readings of what raters did on their page."""

from pathlib import Path
from typing import TYPE_CHECKING

from discgrade.rating.exporting import export_study
from discgrade.settings.groups.rating import Rating
from discgrade.step import step

if TYPE_CHECKING:
    from snakemake.iocontainers import snakemake

with step(snakemake, private=True) as job:
    export_study(Path(str(job.study.cohort.ratings)), job.output("ratings"), job.param("rating", Rating))

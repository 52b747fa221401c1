"""Who and what was studied."""

from typing import TYPE_CHECKING

from discgrade.publication.render.files import TableFiles
from discgrade.publication.tables.cohort import cohort
from discgrade.step import step

if TYPE_CHECKING:
    from snakemake.iocontainers import snakemake

with step(snakemake) as job:
    cohort(
        discs=job.input("discs"),
        ratings=job.input("ratings"),
        flow=job.input("flow"),
        data=job.param("data", str),
        headers=job.param("headers", bool),
        compare=job.param("compare", bool),
        files=job.files(TableFiles),
    )

"""A checklist for manuscripts: where the report answers each item, and what only the authors know."""

from typing import TYPE_CHECKING

from discgrade.publication.context import Context
from discgrade.publication.render.files import TableFiles
from discgrade.publication.tables.checklists import checklist
from discgrade.step import step

if TYPE_CHECKING:
    from snakemake.iocontainers import snakemake

with step(snakemake) as job:
    checklist(
        name=job.wildcard("checklist"),
        scores=job.input("scores"),
        intervals=job.input("intervals"),
        context=job.param("context", Context),
        ethics=job.param("ethics", bool),
        dataset=job.param("dataset", bool),
        headers=job.param("headers", bool),
        ensembles=job.param("ensembles", bool),
        files=job.files(TableFiles),
    )

"""The statements of the Results, next to the paper's."""

from typing import TYPE_CHECKING

from discgrade.publication.context import ComparedContext
from discgrade.publication.render.files import TableFiles
from discgrade.publication.tables.paper.statements import statements
from discgrade.step import step

if TYPE_CHECKING:
    from snakemake.iocontainers import snakemake

with step(snakemake) as job:
    pseudo = job.inputs("pseudo")
    statements(
        scores=job.input("scores"),
        intervals=job.input("intervals"),
        comparisons=job.input("comparisons"),
        graded=job.input("graded"),
        pseudo=pseudo[0] if pseudo else None,
        context=job.param("context", ComparedContext),
        files=job.files(TableFiles),
    )

"""Table: what pseudo-labels are worth."""

from typing import TYPE_CHECKING

from discgrade.publication.context import ComparedContext
from discgrade.publication.render.files import TableFiles
from discgrade.publication.tables.pseudo_labels import pseudo_labels
from discgrade.settings.groups.pseudo_labels import PseudoLabels
from discgrade.step import step

if TYPE_CHECKING:
    from snakemake.iocontainers import snakemake

with step(snakemake) as job:
    pseudo_labels(
        scores=job.input("scores"),
        settings=job.param("settings", PseudoLabels),
        context=job.param("context", ComparedContext),
        files=job.files(TableFiles),
    )

"""Write the archive of all that a manuscript needs."""

from typing import TYPE_CHECKING

from discgrade.publication.manuscript.writing import write_manuscript
from discgrade.step import step

if TYPE_CHECKING:
    from snakemake.iocontainers import snakemake

with step(snakemake) as job:
    write_manuscript(
        tables=job.inputs("tables"),
        figures=job.inputs("figures"),
        texts=job.inputs("texts"),
        study=job.param("study", str),
        archive=job.output("archive"),
    )

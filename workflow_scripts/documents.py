"""Write every table as a document and as a workbook."""

from typing import TYPE_CHECKING

from discgrade.publication.manuscript.writing import write_documents
from discgrade.step import step

if TYPE_CHECKING:
    from snakemake.iocontainers import snakemake

with step(snakemake) as job:
    write_documents(
        tables=job.inputs("tables"),
        study=job.param("study", str),
        documents=job.outputs_of("documents"),
        workbooks=job.outputs_of("workbooks"),
    )

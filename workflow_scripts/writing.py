"""Write what goes into a manuscript: the methods in words, the works that they cite, and how to cite the software."""

from typing import TYPE_CHECKING

from discgrade.publication.context import ComparedContext
from discgrade.publication.page.findings import FILES, Sources
from discgrade.publication.page.shown_settings import ShownSettings
from discgrade.publication.page.writing import write_words
from discgrade.step import step

if TYPE_CHECKING:
    from snakemake.iocontainers import snakemake

with step(snakemake) as job:
    write_words(
        sources=Sources(**{name: job.input(name) for name in FILES}, labels=job.inputs("labels")),
        chains=job.input("chains"),
        context=job.param("context", ComparedContext),
        told=job.param("told", ShownSettings),
        version=job.param("version", str),
        software=job.workflow.with_name("CITATION.cff"),
        methods=job.output("methods"),
        references=job.output("references"),
        citation=job.output("citation"),
    )

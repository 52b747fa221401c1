"""Write the report of the study: one page from its tables, figures and scores."""

from typing import TYPE_CHECKING

from discgrade.publication.context import ComparedContext
from discgrade.publication.page.findings import FILES, Sources
from discgrade.publication.page.report import make_page
from discgrade.publication.page.shown_settings import ShownSettings
from discgrade.step import step

if TYPE_CHECKING:
    from snakemake.iocontainers import snakemake

with step(snakemake) as job:
    make_page(
        sources=Sources(**{name: job.input(name) for name in FILES}, labels=job.inputs("labels")),
        tables=job.inputs("tables"),
        figures=job.inputs("figures"),
        regions=job.inputs("regions"),
        chains=job.input("chains"),
        context=job.param("context", ComparedContext),
        told=job.param("told", ShownSettings),
        destination=job.output("report"),
    )

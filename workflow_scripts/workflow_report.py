"""Make the report with Snakemake's own reporter, which reads captions, results and run times of this study."""

from typing import TYPE_CHECKING

from discgrade.publication.workflow_report import make_report
from discgrade.step import step

if TYPE_CHECKING:
    from snakemake.iocontainers import snakemake

with step(snakemake) as job:
    make_report(config=job.config, private=job.private, workflow=job.workflow, destination=job.output("report"))

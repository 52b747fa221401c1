"""Average what the members of an ensemble predict."""

from typing import TYPE_CHECKING

from discgrade.learning.grading.combining import combine_runs
from discgrade.step import step

if TYPE_CHECKING:
    from snakemake.iocontainers import snakemake

with step(snakemake) as job:
    combine_runs(predictions=job.inputs("predictions"), destination=job.output("predictions"))

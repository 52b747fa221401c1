"""Put reviewed labels in the place of pseudo-labels that are far from the reading."""

from typing import TYPE_CHECKING

from discgrade.reliability.pseudo.merging import merge_labels
from discgrade.step import step

if TYPE_CHECKING:
    from snakemake.iocontainers import snakemake

with step(snakemake) as job:
    answers = job.inputs("answers")
    merge_labels(
        pseudo=job.input("pseudo"),
        answers=answers[0] if answers else None,
        deviation=job.param("deviation", float),
        destination=job.output("labels"),
    )

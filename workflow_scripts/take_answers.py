"""Take what raters answered to the review queue."""

from typing import TYPE_CHECKING

from discgrade.readings.reviewing import take_answers
from discgrade.step import step

if TYPE_CHECKING:
    from snakemake.iocontainers import snakemake

with step(snakemake) as job:
    answers = job.inputs("answers")
    take_answers(
        waiting=job.input("queue"),
        discs=job.input("discs"),
        answers=answers[0] if answers else None,
        where=job.param("where", str),
        destination=job.output("answers"),
    )

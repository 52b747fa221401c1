"""Decode every run's predictions and score them."""

from pathlib import Path
from typing import TYPE_CHECKING

from discgrade.reliability.scoring import score_runs
from discgrade.step import step

if TYPE_CHECKING:
    from snakemake.iocontainers import snakemake

with step(snakemake) as job:
    score_runs(
        predictions=list(map(Path, job.input.predictions)),
        runs=job.params.runs,
        discs=Path(job.input.discs),
        splits=Path(job.input.splits),
        ratings=Path(job.input.ratings),
        graded=Path(job.output.graded),
        scores=Path(job.output.scores),
        reference=job.params.reference,
    )

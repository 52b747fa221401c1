"""Learn from out-of-fold discs how far an embedding may lie from those that the bundle's members know."""

from typing import TYPE_CHECKING

from discgrade.reliability.certainty.clouds import learn_novelty
from discgrade.step import step

if TYPE_CHECKING:
    from snakemake.iocontainers import snakemake

with step(snakemake) as job:
    learn_novelty(
        embeddings=job.input("embeddings"),
        discs=job.input("discs"),
        destination=job.output("novelty"),
    )

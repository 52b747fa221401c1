"""Take over one shard of an export that was made elsewhere."""

from typing import TYPE_CHECKING

from discgrade.deidentification.adoption import adopt_shard
from discgrade.step import step

if TYPE_CHECKING:
    from snakemake.iocontainers import snakemake

with step(snakemake) as job:
    adopt_shard(
        {job.input(name): job.output(name) for name in ("instances", "rejected", "ratings", "excluded")},
    )

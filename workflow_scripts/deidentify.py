"""Export one shard of the source without anything that identifies people; the one rule that reads the source."""

from typing import TYPE_CHECKING

from discgrade.deidentification.committing import ShardTables
from discgrade.deidentification.shard import deidentify_shard
from discgrade.deidentification.source import source_of
from discgrade.settings.model import Deidentify, Ratings
from discgrade.step import step

if TYPE_CHECKING:
    from snakemake.iocontainers import snakemake

with step(snakemake, private=True) as job:
    deidentify_shard(
        source=source_of(job.study, job.private),
        shard=job.wildcard("shard"),
        shards=job.param("shards", list[str]),
        export=job.path("export"),
        tables=job.files(ShardTables),
        private=job.private,
        deidentify=job.param("deidentify", Deidentify),
        ratings=job.param("ratings", Ratings),
    )

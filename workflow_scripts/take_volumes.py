"""Export one shard of the volumes without a word of theirs; the one rule that reads volumes, masks and their sheet."""

from typing import TYPE_CHECKING

from discgrade.deidentification.committing import ShardTables
from discgrade.deidentification.volumes.shard import take_shard
from discgrade.deidentification.volumes.source import volumes_of
from discgrade.settings.model import Deidentify, Ratings
from discgrade.step import step

if TYPE_CHECKING:
    from snakemake.iocontainers import snakemake

with step(snakemake, private=True) as job:
    take_shard(
        source=volumes_of(job.study.cohort),
        shard=job.wildcard("shard"),
        shards=job.param("shards", list[str]),
        export=job.path("export"),
        tables=job.files(ShardTables),
        private=job.private,
        deidentify=job.param("deidentify", Deidentify),
        ratings=job.param("ratings", Ratings),
    )

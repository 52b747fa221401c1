"""Export one shard of the source without anything that identifies people; the one rule that reads the source."""

from typing import TYPE_CHECKING

from discgrade.deidentification.shard import deidentify_shard, source_of
from discgrade.settings.model import Deidentify, Ratings
from discgrade.step import step

if TYPE_CHECKING:
    from snakemake.iocontainers import snakemake

with step(snakemake, private=True) as job:
    source = source_of(job.study, job.private)
    deidentify_shard(
        source=source.dicom,
        ratings=source.ratings,
        shard=job.wildcard("shard"),
        shards=job.param("shards", list[str]),
        export=job.path("export"),
        instances=job.output("instances"),
        rejected=job.output("rejected"),
        ratings_out=job.output("ratings"),
        private=job.private,
        deidentify=job.param("deidentify", Deidentify),
        identifiers=job.param("ratings", Ratings).identifiers,
        key_seed=source.key_seed,
    )

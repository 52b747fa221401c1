"""Export one shard of the source without anything that identifies people; the one rule that reads the source."""

from pathlib import Path
from typing import TYPE_CHECKING

from discgrade.deidentification.shard import deidentify_shard
from discgrade.step import step

if TYPE_CHECKING:
    from snakemake.iocontainers import snakemake

with step(snakemake, private=True) as job:
    cohort = snakemake.config["cohort"]
    private = Path("private", snakemake.config["study"])
    source = private / "source"
    deidentify_shard(
        source=source / "dicom" if cohort["source"] == "phantom" else Path(cohort["dicom"]),
        ratings=source / "ratings.csv" if cohort["source"] == "phantom" else Path(cohort["ratings"]),
        shard=job.wildcards.shard,
        shards=job.params.shards,
        export=Path(job.params.export),
        instances=Path(job.output.instances),
        rejected=Path(job.output.rejected),
        ratings_out=Path(job.output.ratings),
        private=private,
        options=job.params.options | {"key_seed": job.params.key_seed},
    )

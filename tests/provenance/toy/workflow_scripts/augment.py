from toy import fill, patients

from discgrade import records
from discgrade.records.cohort.samples import sample_schema
from discgrade.step import step

with step(snakemake) as job:  # noqa: F821
    schema = sample_schema(24)
    records.write(
        [fill(schema, disc=f"{name}-L4/L5") for name in patients(job.wildcard("shard"))], schema, job.output("samples")
    )

from toy import fill, patients

from discgrade import records
from discgrade.step import step

with step(snakemake) as job:  # noqa: F821
    schema = records.samples(24)
    records.write([fill(schema, disc=f"{name}-L4/L5") for name in patients(job.wildcards.shard)], schema, job.output[0])

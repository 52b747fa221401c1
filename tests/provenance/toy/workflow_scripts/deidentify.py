from hashlib import sha256

from toy import fill, patients

from discgrade import records
from discgrade.records.cohort.export import INSTANCES
from discgrade.step import step

with step(snakemake, private=True) as job:  # noqa: F821
    rows = []
    for patient in patients(job.wildcard("shard")):
        image = job.path("export") / patient / "image.dcm"
        image.parent.mkdir(parents=True, exist_ok=True)
        image.write_bytes(patient.encode() * 100)
        digest = sha256(image.read_bytes()).hexdigest()
        path = f"{patient}/image.dcm"
        rows.append(fill(INSTANCES, patient=patient, sop_instance_uid=patient, path=path, digest=digest))
    records.write(rows, INSTANCES, job.output("instances"))

import json

from toy import fill

from discgrade import records
from discgrade.records.cohort.discs import DISCS
from discgrade.records.cohort.export import INSTANCES
from discgrade.step import step

with step(snakemake) as job:  # noqa: F821
    instances = records.read_all(job.inputs("instances"), INSTANCES)
    rows = [
        fill(
            DISCS,
            disc=f"{patient}-L4/L5",
            patient=patient,
            sop_instance_uid=patient,
            level="L4/L5",
            grade=3.0,
            integral=3.0,
            shard=patient[1:3],
            cohort="primary",
        )
        for patient in instances["patient"].to_pylist()
    ]
    records.write(rows, DISCS, job.output("discs"))
    stage = {"unit": "discs", "received": len(rows) + 1, "excluded": {"no image": 1}, "kept": len(rows)}
    job.output("flow").write_text(json.dumps({"stages": [stage]}))

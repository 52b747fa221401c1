from discgrade import records
from discgrade.records.cohort.discs import DISCS
from discgrade.records.cohort.splits import SPLITS
from discgrade.step import step

with step(snakemake) as job:  # noqa: F821
    patients = records.read(job.input("discs"), DISCS, ["patient"])["patient"].to_pylist()
    rows = [
        {"split": split, "patient": patient, "part": "test", "share": 1}
        for split in ("holdout", "fold-01", "fold-02")
        for patient in patients
    ]
    records.write(rows, SPLITS, job.output("splits"))

from pathlib import Path

from toy import fill

from discgrade import records
from discgrade.records.discs import DISCS
from discgrade.records.training import HISTORY, PREDICTIONS
from discgrade.step import step

with step(snakemake, seed=1) as job:  # noqa: F821
    wildcards = job.wildcards
    Path(job.output.model).write_bytes(f"weights of {wildcards.variant} {wildcards.split}".encode() * 1000)
    epochs = [fill(HISTORY, epoch=epoch, val_accuracy=epoch / 10, best=True) for epoch in (1, 2)]
    records.write(epochs, HISTORY, job.output.history)
    discs = records.read(job.input.discs, DISCS, ["disc"])["disc"].to_pylist()
    held = discs[1::2] if wildcards.split == "fold-02" else discs[::2]
    rows = [fill(PREDICTIONS, disc=disc, part="test", outputs=[0.4, 0.6]) for disc in held]
    records.write(rows, PREDICTIONS, job.output.predictions)

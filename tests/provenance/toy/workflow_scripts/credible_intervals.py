from toy import fill

from discgrade import records
from discgrade.records.results.intervals import INTERVALS
from discgrade.records.results.scores import SCORES
from discgrade.step import step

with step(snakemake) as job:  # noqa: F821
    settings = job.param("intervals", dict[str, int])
    rows = [
        fill(
            INTERVALS,
            **{name: score[name] for name in ("variant", "resolution", "share", "split", "seed", "scope", "metric")},
            mean=score["value"],
            lower=0.8,
            upper=0.95,
            probability=0.9973,
            unit="patient",
            units=2,
            draws=settings["draws"],
            bootstrap_seed=settings["seed"],
        )
        for score in records.read(job.input("scores"), SCORES).to_pylist()
    ]
    records.write(rows, INTERVALS, job.output("intervals"))

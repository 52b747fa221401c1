from toy import fill

from discgrade import records
from discgrade.step import step

with step(snakemake) as job:  # noqa: F821
    rows = [
        fill(
            records.INTERVALS,
            **{name: score[name] for name in ("variant", "resolution", "share", "split", "seed", "scope", "metric")},
            mean=score["value"],
            lower=0.8,
            upper=0.95,
            probability=0.9973,
            unit="patient",
            units=2,
            draws=job.params.intervals["draws"],
            bootstrap_seed=job.params.intervals["seed"],
        )
        for score in records.read(job.input.scores, records.SCORES).to_pylist()
    ]
    records.write(rows, records.INTERVALS, job.output.intervals)

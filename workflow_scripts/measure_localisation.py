"""Score found boxes, with credible intervals."""

from typing import TYPE_CHECKING, cast

from discgrade.reliability.localisation.measuring import measure_localisation
from discgrade.settings.model import Intervals, Scale
from discgrade.settings.run import Run
from discgrade.step import step

if TYPE_CHECKING:
    from snakemake.iocontainers import snakemake

with step(snakemake) as job:
    measure_localisation(
        boxes=job.input("boxes"),
        discs=job.input("discs"),
        regraded=next(iter(job.inputs("regraded")), None),
        scale=cast(Scale, job.param("scale", str)),
        headers=job.param("headers", bool),
        run=job.param("run", Run),
        settings=job.param("settings", Intervals),
        destination=job.output("localisation"),
    )

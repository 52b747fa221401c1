"""Export the locator of all patients as an ONNX file."""

from typing import TYPE_CHECKING

from discgrade.learning.localisation.exporting import export_locator
from discgrade.settings.groups.locator import Locator
from discgrade.settings.model import Training
from discgrade.step import step

if TYPE_CHECKING:
    from snakemake.iocontainers import snakemake

with step(snakemake) as job:
    export_locator(
        model=job.input("model"),
        facts=job.input("facts"),
        slices=job.inputs("slices"),
        locator=job.param("locator", Locator),
        training=job.param("training", Training),
        destination=job.output("network"),
    )

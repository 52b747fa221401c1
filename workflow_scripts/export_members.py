"""Export the networks of the bundle as ONNX files, each compared with Keras."""

from typing import TYPE_CHECKING, cast

from discgrade.learning.grading.exporting import export_members
from discgrade.learning.loop.placement import use_gpu
from discgrade.settings.members import Trained
from discgrade.settings.model import Border
from discgrade.step import step

if TYPE_CHECKING:
    from snakemake.iocontainers import snakemake

with step(snakemake) as job:
    use_gpu(0)
    export_members(
        trained=job.param("trained", list[Trained]),
        models=job.inputs("models"),
        predictions=job.inputs("predictions"),
        rois=job.inputs("rois"),
        discs=job.input("discs"),
        border=cast(Border, job.param("border", str)),
        networks=job.outputs_of("networks"),
        embeddings=job.output("embeddings"),
    )

"""What a found box is worth in the end: discs graded by their drawn and by their found regions, by the same networks.

Neither the locator nor the grading network of a fold has seen the patients that it is used on.
"""

import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, TextIO

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from discgrade import records
from discgrade.decoding import decode
from discgrade.grades import one_hot_levels
from discgrade.imaging.box import Box
from discgrade.imaging.exported import exported_slice
from discgrade.imaging.roi import extract
from discgrade.imaging.sampling import normalise, sample
from discgrade.learning.loop.backend import start_backend
from discgrade.learning.loop.progress import say
from discgrade.records.cohort.boxes import BOXES, REGRADED
from discgrade.records.cohort.export import INSTANCES
from discgrade.settings.members import Trained
from discgrade.settings.model import Border, Region

_AT_ONCE = 64
_EDGES = ["x", "y", "width", "height"]


@dataclass(frozen=True)
class Cut:
    """How a region becomes a network's input, and its outputs a grade: as in the study."""

    region: Region
    border: Border


def regrade(
    *,
    boxes: Path,
    instances: Sequence[Path],
    export: Path,
    trained: Sequence[Trained],
    models: Sequence[Path],
    cut: Cut,
    destination: Path,
    log: TextIO | None = None,
) -> None:
    """Grade the discs of each fold's test part twice: by the drawn region and by the proposed one.

    Args:
        boxes: `boxes.BOXES`.
        instances: Each shard's exported images.
        export: Folder of the exported DICOM files.
        trained: The runs of one variant in every fold.
        models: Keras model of each.
        cut: How regions are cut out.
        destination: Table to write, `boxes.REGRADED`; a disc without a proposed box has no row.
        log: Where progress goes; standard error if None.
    """
    log = log or sys.stderr
    start_backend(trained[0].training)
    from discgrade.learning.grading.task import network_of  # noqa: PLC0415 - imports Keras

    files = records.read_all(instances, INSTANCES, ["sop_instance_uid", "path", "digest"]).to_pandas()
    files = files.drop_duplicates("sop_instance_uid").assign(
        path=lambda frame: [export / path for path in frame["path"]]
    )
    table: pd.DataFrame = records.read(boxes, BOXES).to_pandas().merge(files, on="sop_instance_uid")
    table = table[table["proposed"]].sort_values("disc")
    rows: list[dict[str, object]] = []
    for one, model in zip(trained, models, strict=True):
        chosen = table[table["split"] == one.run.split]
        network = network_of(one.training, one.run.resolution)
        network.load_weights(model)
        grades = {
            name: _grades(network, one, _images(chosen, prefix, cut, one.run.resolution), chosen["level"])
            for name, prefix in (("drawn", ""), ("found", "found_"))
        }
        say(log, f"{one.run.path}: {len(chosen)} discs")
        rows += [
            {"disc": disc, "split": one.run.split, "drawn": drawn, "found": found}
            for disc, drawn, found in zip(chosen["disc"], grades["drawn"], grades["found"], strict=True)
        ]
    records.write(sorted(rows, key=lambda row: str(row["disc"])), REGRADED, destination)


def _images(chosen: pd.DataFrame, prefix: str, cut: Cut, resolution: int) -> NDArray[np.uint16]:
    """Return the regions of discs as a network sees them, (N, resolution, resolution)."""
    slice_of = lru_cache(maxsize=4)(exported_slice)
    pixels = np.empty((len(chosen), resolution, resolution), np.uint16)
    for number, row in enumerate(chosen.to_dict("records")):
        image = slice_of(row["path"], row["digest"], row["frame"])
        box = Box(*(row[f"{prefix}{name}"] for name in _EDGES))
        pixels[number] = sample(extract(image, box, cut.region).pixels, resolution, border=cut.border)
    return pixels


def _grades(network: Any, one: Trained, pixels: NDArray[np.uint16], levels: pd.Series) -> NDArray[np.float64]:  # noqa: ANN401
    """Return the grade that a run gives each image."""
    context = one_hot_levels(levels.to_numpy())
    outputs = [network(given, training=False) for given in _inputs(network, pixels, context)]
    values = np.concatenate([np.asarray(output) for output in outputs]) if outputs else np.empty((0, 1))
    rule = "median" if one.training.decoding == "cuts" else one.training.decoding
    return decode(values, one.training.scale, rule) if len(values) else np.empty(0)


def _inputs(network: Any, pixels: NDArray[np.uint16], context: NDArray[np.float32]) -> Iterator[Any]:  # noqa: ANN401
    for start in range(0, len(pixels), _AT_ONCE):
        part = slice(start, start + _AT_ONCE)
        images = normalise(pixels[part])
        yield [images, context[part]] if len(network.inputs) > 1 else images

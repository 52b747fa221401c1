"""A trained network on disk, and its outputs for any number of images."""

import json
import re
import zipfile
from pathlib import Path
from tempfile import TemporaryDirectory

import keras
import numpy as np
from numpy.typing import NDArray

from discgrade.learning.grading import losses as _losses  # noqa: F401 - registers the package's losses
from discgrade.learning.grading.objective import normalise
from discgrade.records import replacing

BATCH = 64
# The earliest date that a zip file can carry: a model's bytes do not depend on when it was written.
DATE = (1980, 1, 1, 0, 0, 0)


def save_model(model: keras.Model, path: Path) -> None:
    """Write a model as a .keras file without dates: the same weights make the same bytes."""
    with TemporaryDirectory() as folder, replacing(path) as partial:
        dated = Path(folder) / "model.keras"
        keras.saving.save_model(model, dated)
        with zipfile.ZipFile(dated) as source, zipfile.ZipFile(partial, "w") as sink:
            for member in source.namelist():
                sink.writestr(zipfile.ZipInfo(member, DATE), _timeless(member, source.read(member)))


def _timeless(member: str, content: bytes) -> bytes:
    """Take out of a member of a .keras file what differs from one process to the next: the date, and object ids."""
    if member == "metadata.json":
        return json.dumps({**json.loads(content), "date_saved": ""}).encode()
    if member != "config.json":
        return content
    numbers: dict[bytes, int] = {}
    return re.sub(
        rb'("shared_object_id": )(\d+)',
        lambda found: found[1] + str(numbers.setdefault(found[2], len(numbers) + 1)).encode(),
        content,
    )


def predict(path: Path, pixels: NDArray[np.uint16]) -> NDArray[np.float32]:
    """Return the outputs of a saved model for images.

    Args:
        path: .keras file.
        pixels: (N, resolution, resolution) uint16.

    Returns:
        (N, K) probabilities, or (N, 1) grades of a regression.

    Raises:
        ValueError: if the images are not of the model's resolution.
    """
    network = keras.saving.load_model(path, compile=False)
    side = network.input_shape[1:3]
    if pixels.shape[1:] != side:
        raise ValueError(f"Invalid images for {path.name}: it takes {side}. Received: {pixels.shape[1:]}")
    images = keras.Input(side, dtype="uint16")
    forward = keras.Model(images, network(normalise(images))).predict_on_batch
    outputs = np.empty((len(pixels), network.output_shape[-1]), np.float32)
    for start in range(0, len(pixels), BATCH):
        rows = np.arange(start, start + BATCH).clip(max=len(pixels) - 1)
        outputs[start : start + BATCH] = forward(pixels[rows])[: len(pixels) - start]
    return outputs

"""A trained network on disk, the same bytes for the same weights."""

import json
import re
import zipfile
from pathlib import Path
from tempfile import TemporaryDirectory

import keras

from discgrade.records import replacing
from discgrade.records.archives import member


def save_model(model: keras.Model, path: Path) -> None:
    """Write a model as a .keras file without dates, which `keras.saving.load_model` opens."""
    with TemporaryDirectory() as folder, replacing(path) as partial:
        dated = Path(folder) / "model.keras"
        keras.saving.save_model(model, dated)
        with zipfile.ZipFile(dated) as source, zipfile.ZipFile(partial, "w") as sink:
            for name in source.namelist():
                sink.writestr(member(name), _timeless(name, source.read(name)))


def _timeless(name: str, content: bytes) -> bytes:
    """Take out of a member of a .keras file what differs from one process to the next: the date, and object ids."""
    if name == "metadata.json":
        return json.dumps({**json.loads(content), "date_saved": ""}).encode()
    if name != "config.json":
        return content
    numbers: dict[bytes, int] = {}
    return re.sub(
        rb'("shared_object_id": )(\d+)',
        lambda found: found[1] + str(numbers.setdefault(found[2], len(numbers) + 1)).encode(),
        content,
    )

"""A trained network on disk, the same bytes for the same weights."""

import json
import re
import zipfile
from pathlib import Path
from tempfile import TemporaryDirectory

import keras

from discgrade.records import replacing

# The earliest date that a zip file can carry: a model's bytes do not depend on when it was written.
DATE = (1980, 1, 1, 0, 0, 0)


def save_model(model: keras.Model, path: Path) -> None:
    """Write a model as a .keras file without dates, which `keras.saving.load_model` opens."""
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

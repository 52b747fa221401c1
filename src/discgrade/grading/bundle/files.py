"""The files of a bundle, of a folder or a zip file of unknown origin: no path leads out, no read is without a bound."""

import stat
import zipfile
from collections.abc import Callable, Iterable
from pathlib import Path, PurePosixPath
from typing import NoReturn

FACTS = "bundle.json"
WHOLE = "Take the folder results/<study>/bundle or the file bundle.zip of a study"
LARGEST = 1 << 29
"""Bytes of all files of a bundle beyond which nobody reads it."""
MOST_FILES = 1000

_RATIO = 200  # what deflate makes of a bundle's files stays below; of zeros it makes a thousandth
_SMALL = 1 << 20
_KERAS = {"config.json", "metadata.json", "model.weights.h5"}


class BundleError(ValueError):
    """A bundle that cannot be used; one sentence says why, and what to do."""


Reader = Callable[[str, int], bytes]
"""Returns a file of the bundle by its name, up to a number of bytes.

Raises:
    BundleError: if there is none, or it is larger.
"""


def reader_of_folder(folder: Path) -> Reader:
    """Return what reads the files of a bundle in a folder."""

    def read(name: str, largest: int) -> bytes:
        path = folder / name
        if not path.resolve().is_relative_to(folder.resolve()):
            raise BundleError(f"{folder}: {name} lies outside the bundle. Files of a bundle should lie in its folder")
        if not path.is_file():
            _refuse_missing(folder, name)
        with path.open("rb") as file:
            content = file.read(largest + 1)
        if len(content) > largest:
            _refuse_size(folder, name, largest)
        return content

    return read


def _refuse_missing(path: Path, name: str) -> NoReturn:
    if name == FACTS:
        raise BundleError(f"{path} is no bundle: it holds no {FACTS}. {WHOLE}")
    raise BundleError(f"{path}: {name} is missing, which {FACTS} names. Copy the whole bundle again")


def _refuse_size(path: Path, name: str, largest: int) -> NoReturn:
    raise BundleError(f"{path}: {name} is too large for a bundle. At most {largest:,} bytes are read")


def reader_of_zip(path: Path, archive: zipfile.ZipFile) -> Reader:
    """Return what reads the files of a bundle in a zip file, once its entries are checked."""
    entries = archive.infolist()
    _check_entries(path, entries)
    files = {entry.filename: entry for entry in entries if not entry.is_dir()}
    if files.keys() >= _KERAS:
        raise BundleError(keras_words(path))
    top = next((name.removesuffix(FACTS) for name in sorted(files, key=len) if _is_facts(name)), "")

    def read(name: str, largest: int) -> bytes:
        entry = files.get(top + name)
        if entry is None:
            _refuse_missing(path, name)
        if entry.file_size > largest:
            _refuse_size(path, name, largest)
        with archive.open(entry) as file:
            return file.read(largest)

    return read


def _is_facts(name: str) -> bool:
    """Tell whether a name is that of the facts, at the top or in a folder there."""
    parts = PurePosixPath(name).parts
    return len(parts) <= 2 and parts[-1:] == (FACTS,)


def _check_entries(path: Path, entries: Iterable[zipfile.ZipInfo]) -> None:
    """Check names and sizes that a zip file gives, before any of it is read.

    Raises:
        BundleError: if a path leads out of it or stands twice, a file is a link or encrypted, or there is too much.
    """
    names: set[str] = set()
    total = 0
    for entry in entries:
        total += entry.file_size
        if _climbs(entry.filename):
            raise BundleError(f"{path} holds a path that leads out of the bundle: {entry.filename!r}. It is not opened")
        if stat.S_ISLNK(entry.external_attr >> 16) or entry.flag_bits & 1 or entry.filename in names:
            raise BundleError(f"{path}: {entry.filename!r} is a link, encrypted or there twice. It is not opened")
        names.add(entry.filename)
        swollen = entry.file_size > max(_SMALL, _RATIO * entry.compress_size)
        if total > LARGEST or swollen or len(names) > MOST_FILES:
            raise BundleError(
                f"{path} would unpack to more than a bundle holds ({MOST_FILES} files, {LARGEST:,} bytes, "
                f"{_RATIO} times its size). It is not opened"
            )


def _climbs(name: str) -> bool:
    place = PurePosixPath(name)
    return place.is_absolute() or ".." in place.parts or "\\" in name or ":" in name


def keras_words(path: Path) -> str:
    """Say that a file is a Keras model, and what to take instead."""
    return f"{path} is a Keras model, which does not say how its input is made of a slice. {WHOLE}"

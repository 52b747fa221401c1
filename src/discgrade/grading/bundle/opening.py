"""Opening a bundle: a folder or a zip file of unknown origin, checked before anything of it is used.

Nothing is unpacked to disk, nothing is read without a bound, and no code of a bundle runs: members are ONNX graphs.
"""

import hashlib
import json
import stat
import zipfile
import zlib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any, NoReturn

import jsonschema
from jsonschema.exceptions import best_match

from discgrade.grades import grades_of
from discgrade.grading.bundle.facts import VERSION, BundleFacts
from discgrade.settings.plain import typed

FACTS = "bundle.json"
CARD = "model_card.md"
SCHEMA = Path(__file__).with_name("bundle.schema.json")
"""JSON Schema (2020-12) of bundle.json."""
LARGEST_FACTS = 1 << 26
"""Bytes of bundle.json beyond which nobody reads it."""
LARGEST = 1 << 29
"""Bytes of all files of a bundle beyond which nobody reads it."""
MOST_FILES = 1000

_RATIO = 200  # what deflate makes of a bundle's files stays below; of zeros it makes a thousandth
_SMALL = 1 << 20
_HDF5, _ZIP = b"\x89HDF\r\n\x1a\n", b"PK\x03\x04"
_KERAS = {"config.json", "metadata.json", "model.weights.h5"}
_WHOLE = "Take the folder results/<study>/bundle or the file bundle.zip of a study"


class BundleError(ValueError):
    """A bundle that cannot be used; one sentence says why, and what to do."""


@dataclass(frozen=True, eq=False)
class Bundle:
    """A checked bundle.

    Attributes:
        facts: What bundle.json says.
        digest: SHA-256 of bundle.json, which names the members by theirs: it stands for the whole bundle.
        contents: Bytes of the members by file.
    """

    facts: BundleFacts
    digest: str
    contents: Mapping[str, bytes]

    def member(self, file: str) -> bytes:
        """Return the bytes of a member's ONNX file."""
        return self.contents[file]


def open_bundle(path: Path) -> Bundle:
    """Open a bundle.

    Args:
        path: A folder, or a zip file that holds the same at its top or in one folder.

    Raises:
        BundleError: if it is none, is of a newer format, breaks the schema, lacks a member, or a member's bytes are not
            those that it names.
        OSError: if it cannot be read.
    """
    if path.is_dir():
        return _checked(path, _reader_of_folder(path))
    if not path.exists():
        raise BundleError(f"No bundle at {path}. {_WHOLE}")
    with path.open("rb") as file:
        head = file.read(8)
    if not head.startswith(_ZIP):
        _refuse_file(path, head)
    try:
        with zipfile.ZipFile(path) as archive:
            return _checked(path, _reader_of_zip(path, archive))
    except (zipfile.BadZipFile, NotImplementedError, EOFError, zlib.error) as error:
        raise BundleError(f"{path} is a damaged zip file ({error}). Copy the bundle again") from None


def _refuse_file(path: Path, head: bytes) -> NoReturn:
    if head == _HDF5:
        raise BundleError(_keras(path))
    if path.suffix == ".onnx":
        raise BundleError(f"{path} is one network, and does not say how its input is made of a slice. {_WHOLE}")
    raise BundleError(f"{path} is no bundle: it should be a folder or a zip file that holds {FACTS}. {_WHOLE}")


def _keras(path: Path) -> str:
    return f"{path} is a Keras model, which does not say how its input is made of a slice. {_WHOLE}"


Reader = Callable[[str, int], bytes]
"""Returns a file of the bundle by its name, up to a number of bytes.

Raises:
    BundleError: if there is none, or it is larger.
"""


def _checked(path: Path, read: Reader) -> Bundle:
    text = read(FACTS, LARGEST_FACTS)
    facts = read_facts(text, path)
    left, contents = LARGEST, {}
    for member in facts.members:
        content = contents[member.file] = read(member.file, left)
        left -= len(content)
        found = hashlib.sha256(content).hexdigest()
        if found != member.sha256:
            raise BundleError(
                f"{path}: {member.file} is not the file that the bundle was made with. Its SHA-256 should be "
                f"{member.sha256}. Received: {found}. Copy the bundle again"
            )
    return Bundle(facts, hashlib.sha256(text).hexdigest(), contents)


def read_facts(text: bytes, path: Path) -> BundleFacts:
    """Return what a bundle.json says.

    Args:
        text: Its bytes.
        path: The bundle, for messages.

    Raises:
        BundleError: if it is no JSON, of a newer format, or breaks the schema.
    """
    try:
        content = json.loads(text, parse_constant=_no_number)
    except (ValueError, RecursionError) as error:
        raise BundleError(f"{path}: {FACTS} is not valid JSON ({error}). Copy the bundle again") from None
    _check_version(content, path)
    check_schema(content, path)
    facts = typed(BundleFacts, content)
    if list(facts.grades) != grades_of(facts.scale).tolist():
        raise BundleError(
            f"{path}: {FACTS}: grades should be those of the {facts.scale} scale, {grades_of(facts.scale).tolist()}. "
            f"Received: {list(facts.grades)}"
        )
    if facts.decoding == "cuts" and not (facts.calibration and facts.calibration.cuts):
        raise BundleError(f"{path}: {FACTS}: decoding is by cuts, but there are none. Make the bundle again")
    return facts


def _no_number(name: str) -> NoReturn:
    raise ValueError(f"{name} is no number")


def _check_version(content: Any, path: Path) -> None:  # noqa: ANN401 - any JSON value
    version = content.get("version") if isinstance(content, dict) else None
    if isinstance(version, int) and version > VERSION:
        raise BundleError(
            f"{path} has format {version}, which is newer than this discgrade knows ({VERSION}). Update discgrade"
        )


def check_schema(content: object, path: Path) -> None:
    """Check facts against the schema.

    Args:
        content: What bundle.json holds, as JSON values.
        path: The bundle, for the message.

    Raises:
        BundleError: naming the place of the first fault, the rule, and what was received.
    """
    schema = json.loads(SCHEMA.read_text(encoding="utf-8"))
    error = best_match(jsonschema.Draft202012Validator(schema).iter_errors(content))
    if error is not None:
        place = ".".join(map(str, error.absolute_path)) or "the whole"
        raise BundleError(f"{path}: {FACTS} breaks its schema at {place}: {_short(error.message)}")


def _short(message: str) -> str:
    return message if len(message) <= 300 else f"{message[:140]} ... {message[-140:]}"


def _reader_of_folder(folder: Path) -> Reader:
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
        raise BundleError(f"{path} is no bundle: it holds no {FACTS}. {_WHOLE}")
    raise BundleError(f"{path}: {name} is missing, which {FACTS} names. Copy the whole bundle again")


def _refuse_size(path: Path, name: str, largest: int) -> NoReturn:
    raise BundleError(f"{path}: {name} is too large for a bundle. At most {largest:,} bytes are read")


def _reader_of_zip(path: Path, archive: zipfile.ZipFile) -> Reader:
    entries = archive.infolist()
    _check_entries(path, entries)
    files = {entry.filename: entry for entry in entries if not entry.is_dir()}
    if files.keys() >= _KERAS:
        raise BundleError(_keras(path))
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

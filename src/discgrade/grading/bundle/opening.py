"""Opening a bundle: a folder or a zip file of unknown origin, checked before anything of it is used.

Nothing is unpacked to disk, nothing is read without a bound, and no code of a bundle runs: members are ONNX graphs.
"""

import hashlib
import json
import math
import zipfile
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NoReturn

import jsonschema
from jsonschema.exceptions import best_match

from discgrade.grading.bundle.checks import contradictions
from discgrade.grading.bundle.facts import VERSION, BundleFacts, LocatorMember, Member
from discgrade.grading.bundle.files import (
    FACTS,
    LARGEST,
    WHOLE,
    BundleError,
    Reader,
    keras_words,
    reader_of_folder,
    reader_of_zip,
)
from discgrade.settings.plain import typed

CARD = "model_card.md"
SCHEMA = Path(__file__).with_name("bundle.schema.json")
"""JSON Schema (2020-12) of bundle.json."""
LARGEST_FACTS = 1 << 26
"""Bytes of bundle.json beyond which nobody reads it."""

_LONGEST_WHOLE = 18
# JSON Schema takes 64.0 for a whole number; what is made of it here is no count, and no side of an image.
_WHOLE_NUMBERS = jsonschema.Draft202012Validator.TYPE_CHECKER.redefine(
    "integer", lambda _, value: isinstance(value, int) and not isinstance(value, bool)
)
_VALIDATOR = jsonschema.validators.extend(jsonschema.Draft202012Validator, type_checker=_WHOLE_NUMBERS)  # type: ignore[no-untyped-call]
_HDF5, _ZIP = b"\x89HDF\r\n\x1a\n", b"PK\x03\x04"


@dataclass(frozen=True, eq=False)
class Bundle:
    """A checked bundle.

    Attributes:
        facts: What bundle.json says.
        digest: SHA-256 of bundle.json, which names the members by theirs: it stands for the whole bundle.
        contents: Bytes of the members and of the locator by file.
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
        return _checked(path, reader_of_folder(path))
    if not path.is_file():
        raise BundleError(f"No bundle at {path}. {WHOLE}")
    with path.open("rb") as file:
        head = file.read(8)
    if not head.startswith(_ZIP):
        _refuse_file(path, head)
    try:
        with zipfile.ZipFile(path) as archive:
            return _checked(path, reader_of_zip(path, archive))
    except (zipfile.BadZipFile, NotImplementedError, EOFError, zlib.error) as error:
        raise BundleError(f"{path} is a damaged zip file ({error}). Copy the bundle again") from None


def _refuse_file(path: Path, head: bytes) -> NoReturn:
    if head == _HDF5:
        raise BundleError(keras_words(path))
    if path.suffix == ".onnx":
        raise BundleError(f"{path} is one network, and does not say how its input is made of a slice. {WHOLE}")
    raise BundleError(f"{path} is no bundle: it should be a folder or a zip file that holds {FACTS}. {WHOLE}")


def _checked(path: Path, read: Reader) -> Bundle:
    text = read(FACTS, LARGEST_FACTS)
    facts = read_facts(text, path)
    left, contents = LARGEST, {}
    for member in _files(facts):
        content = contents[member.file] = read(member.file, left)
        left -= len(content)
        found = hashlib.sha256(content).hexdigest()
        if found != member.sha256:
            raise BundleError(
                f"{path}: {member.file} is not the file that the bundle was made with. Its SHA-256 should be "
                f"{member.sha256}. Received: {found}. Copy the bundle again"
            )
    return Bundle(facts, hashlib.sha256(text).hexdigest(), contents)


def _files(facts: BundleFacts) -> tuple[Member | LocatorMember, ...]:
    return facts.members if facts.locator is None else (*facts.members, facts.locator)


def read_facts(text: bytes, path: Path) -> BundleFacts:
    """Return what a bundle.json says.

    Args:
        text: Its bytes.
        path: The bundle, for messages.

    Raises:
        BundleError: if it is no JSON, of a newer format, breaks the schema, or its parts do not fit together.
    """
    try:
        content = json.loads(text, parse_constant=_no_number, parse_float=_number, parse_int=_whole)
    except (ValueError, RecursionError) as error:
        raise BundleError(f"{path}: {FACTS} is not valid JSON ({error}). Copy the bundle again") from None
    _check_version(content, path)
    check_schema(content, path)
    facts = typed(BundleFacts, content)
    for sentence in contradictions(facts):
        raise BundleError(f"{path}: {FACTS}: {sentence}")
    return facts


def _no_number(name: str) -> NoReturn:
    raise ValueError(f"{_short(name)} is no number that anybody can use")


def _number(text: str) -> float:
    """Return a number; one beyond all bounds would be infinite without a word."""
    value = float(text)
    return value if math.isfinite(value) else _no_number(text)


def _whole(text: str) -> int:
    return int(text) if len(text) <= _LONGEST_WHOLE else _no_number(text)


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
    error = best_match(_VALIDATOR(schema).iter_errors(content))
    if error is not None:
        place = ".".join(map(str, error.absolute_path)) or "the whole"
        raise BundleError(f"{path}: {FACTS} breaks its schema at {place}: {_short(error.message)}")


def _short(message: str) -> str:
    return message if len(message) <= 300 else f"{message[:140]} ... {message[-140:]}"

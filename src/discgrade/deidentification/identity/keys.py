"""Where pseudonyms come from: a secret key, a phantom's seed, or a private map of random numbers."""

import hashlib
import hmac
import json
import os
import secrets
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from pathlib import Path

from discgrade.private import RefusedError, writing
from discgrade.records import replacing
from discgrade.settings.model import Pseudonym

KEY = "pseudonym.key"
MAP = "pseudonyms.json"
FINGERPRINT = "key_id.txt"
_BYTES = 32

Derive = Callable[[bytes], bytes]


def keyed(key: bytes) -> Derive:
    """Return what derives 32 bytes from a message and a secret key: the same in any process, order and shard."""
    return partial(hmac.digest, key, digest=hashlib.sha256)


def seeded(seed: int) -> Derive:
    """Return the derivation of a phantom study, where nobody's identity is at stake and every clone should agree."""
    return keyed(hashlib.sha256(f"discgrade phantom {seed}".encode()).digest())


def from_file(private: Path) -> Derive:
    """Return the derivation with a study's secret key, made on first use; processes that start together agree on one.

    Raises:
        RefusedError: if others may read the key, or if it is no key.
    """
    return keyed(secret(private / KEY))


def derivation(pseudonym: Pseudonym, private: Path, seed: int | None = None) -> Derive:
    """Return where a study's pseudonyms come from.

    Args:
        pseudonym: Whether they are derived with a key or drawn at random.
        private: Folder of the key or the map.
        seed: Of a phantom study; None where people are real.

    Raises:
        RefusedError: if others may read the key, or if it is no key.
    """
    if seed is not None:
        return seeded(seed)
    return RandomMap(private) if pseudonym == "random" else from_file(private)


def secret(path: Path) -> bytes:
    """Return the 32 secret bytes of a key file, made on first use.

    Raises:
        RefusedError: if others may read the file, or if it is no key.
    """
    if not path.exists():
        _make(path)
    if path.stat().st_mode & 0o077:
        raise RefusedError(f"{path.name} is readable by others. Its mode should be 0600: chmod 600 {path.name}")
    with suppress(ValueError):
        key = bytes.fromhex(path.read_text("ascii").strip())
        if len(key) == _BYTES:
            return key
    raise RefusedError(f"{path.name} should hold {2 * _BYTES} hexadecimal digits. Restore it from your backup")


def _make(path: Path) -> None:
    """Write a key under a name of its own, then give it the final name unless another process was first."""
    own = path.with_name(f".{path.name}.{os.getpid()}.{secrets.token_hex(4)}")
    with os.fdopen(os.open(own, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as sink:
        sink.write(secrets.token_hex(_BYTES) + "\n")
        sink.flush()
        os.fsync(sink.fileno())
    with suppress(FileExistsError):
        path.hardlink_to(own)
    own.unlink()


class RandomMap:
    """Random numbers in place of derived ones, remembered in a private map; one job at a time may hold it."""

    def __init__(self, private: Path) -> None:
        self._path = private / MAP
        self._numbers: dict[str, str] = json.loads(self._path.read_text("utf-8")) if self._path.exists() else {}

    def __call__(self, message: bytes) -> bytes:
        """Return the number of a message, drawn when the message is first seen."""
        return bytes.fromhex(self._numbers.setdefault(message.decode("latin-1"), secrets.token_hex(_BYTES)))

    def save(self) -> None:
        """Write the map, whole or not at all."""
        with writing(self._path) as text:
            json.dump(self._numbers, text)


def check_fingerprint(export: Path, fingerprint: str) -> None:
    """Check that an export was not begun with another key.

    Args:
        export: Folder of the export.
        fingerprint: Kind and fingerprint of the key, for example `keyed 0123456789abcdef`.

    Raises:
        RefusedError: if it was; its patients would get second pseudonyms. A phantom's key may change with its seed.
    """
    path = export / FINGERPRINT
    made_with = path.read_text("ascii").strip() if path.exists() else fingerprint
    phantoms = made_with.startswith("phantom ") and fingerprint.startswith("phantom ")
    if made_with != fingerprint and not phantoms:
        raise RefusedError(
            f"The export was made with another key. It should be {made_with}. Received: {fingerprint}. "
            "Restore the private folder of that run, or remove the export to begin anew"
        )


def write_fingerprint(export: Path, fingerprint: str) -> None:
    """Record kind and fingerprint of the key next to the exported files."""
    with replacing(export / FINGERPRINT) as partial_path:
        partial_path.write_text(f"{fingerprint}\n", "ascii")

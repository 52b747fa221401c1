"""Keyed pseudonyms: HMAC-SHA256 of what they replace, in separate domains, so that any process gives the same answer."""

import hashlib
import hmac
import os
import secrets
import unicodedata
from pathlib import Path

KEY_FILE = "pseudonym.key"
_KEY_BYTES = 32
_LONGEST_SHIFT = 3653


def patient_key(patient_id: str, issuer: str, study_uid: str) -> tuple[str, str]:
    """Return what tells a patient apart: issuer and normalised ID, or the study where the ID is empty.

    Spaces, case and leading zeros of an ID do not count, so that one patient typed two ways is one patient.
    """
    normal = normalised(patient_id)
    return (normalised(issuer), normal) if normal else ("study", study_uid)


def normalised(identifier: str) -> str:
    """Return an identifier without what typing varies: spaces, case, compatibility forms and leading zeros."""
    folded = "".join(unicodedata.normalize("NFKC", identifier).casefold().split())
    return folded.lstrip("0") or folded[:1]


class Pseudonyms:
    """Derives every pseudonym of a study from one secret key.

    Attributes:
        key_id: Identifies the key without revealing it: 16 hexadecimal digits.
    """

    def __init__(self, key: bytes) -> None:
        self._key = key
        self.key_id = self._digest("key", "").hex()[:16]

    def patient(self, key: tuple[str, str]) -> str:
        """Return the pseudonym of a patient, given what `patient_key` returned."""
        return "P" + self._digest("patient", *key).hex()[:16]

    def uid(self, uid: str) -> str:
        """Return the UID that replaces a UID: 2.25 and 128 bits (PS3.5 B.2)."""
        return f"2.25.{int.from_bytes(self._digest('uid', uid)[:16], 'big')}"

    def days(self, key: tuple[str, str]) -> int:
        """Return by how many days a patient's dates are shifted: from -3653 to -1."""
        return -1 - int.from_bytes(self._digest("date", *key)[:8], "big") % _LONGEST_SHIFT

    def device(self, *identity: str) -> str:
        """Return the pseudonym of a scanner."""
        return "D" + self._digest("device", *identity).hex()[:12]

    def _digest(self, domain: str, *parts: str) -> bytes:
        encoded = [part.encode("utf-8", "surrogateescape") for part in (domain, *parts)]
        message = b"".join(len(part).to_bytes(4, "big") + part for part in encoded)
        return hmac.digest(self._key, message, hashlib.sha256)


def seeded_key(seed: int) -> bytes:
    """Return the key of a phantom study, where nobody's identity is at stake and every clone should agree."""
    return hashlib.sha256(f"discgrade phantom {seed}".encode()).digest()


def private_key(private: Path) -> bytes:
    """Read the key of a study, made on first use; processes that start together agree on one.

    Raises:
        ValueError: if others may read the key, or if it is not a key.
    """
    path = private / KEY_FILE
    if not path.exists():
        _make_key(path)
    if path.stat().st_mode & 0o077:
        raise ValueError(f"The pseudonym key may be read by others. Its mode should be 0600: chmod 600 {KEY_FILE}")
    key = bytes.fromhex(path.read_text("ascii").strip())
    if len(key) != _KEY_BYTES:
        raise ValueError(f"{KEY_FILE} should hold {2 * _KEY_BYTES} hexadecimal digits. Restore it from your backup")
    return key


def _make_key(path: Path) -> None:
    """Write a new key under a name of its own, then give it the final name unless another process was first."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    own = path.with_name(f".{path.name}.{os.getpid()}.{secrets.token_hex(4)}")
    descriptor = os.open(own, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "w") as sink:
            sink.write(secrets.token_hex(_KEY_BYTES) + "\n")
            sink.flush()
            os.fsync(sink.fileno())
        try:
            os.link(own, path)
        except FileExistsError:
            pass
    finally:
        own.unlink()

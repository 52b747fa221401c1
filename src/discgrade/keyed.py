"""Keyed randomness: what is drawn depends on a key alone, never on what was drawn before."""

import hashlib

import numpy as np

Key = tuple[str | int, ...]


def generator(*key: str | int) -> np.random.Generator:
    """Return a random generator that depends on the key alone."""
    return np.random.Generator(np.random.SFC64(_digest(key)))


def uid(*key: str | int) -> str:
    """Return a DICOM UID, 2.25 and 128 bits in decimal (PS3.5 B.2), that depends on the key alone."""
    return f"2.25.{_digest(key)}"


def _digest(key: Key) -> int:
    return int.from_bytes(hashlib.sha256(repr(key).encode()).digest()[:16], "big")

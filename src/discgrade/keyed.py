"""Keyed randomness: what is drawn depends on a key alone, never on what was drawn before.

A key is a row of names and numbers, and its bits are part of every number that follows from it. Two spellings of a key
are in use: the phantom's is Python's own (`repr`), all others join the parts with slashes.
"""

import hashlib

import numpy as np

Key = tuple[str | int, ...]


def generator(*key: str | int) -> np.random.Generator:
    """Return a random generator that depends on the key alone."""
    return np.random.Generator(np.random.SFC64(_number(key)))


def uid(*key: str | int) -> str:
    """Return a DICOM UID, 2.25 and 128 bits in decimal (PS3.5 B.2), that depends on the key alone."""
    return f"2.25.{_number(key)}"


def _number(key: Key) -> int:
    return int.from_bytes(hashlib.sha256(repr(key).encode()).digest()[:16], "big")


def digest(*key: str | int) -> bytes:
    """Return the SHA-256 of a key: 32 bytes to sort by."""
    return hashlib.sha256(_joined(key)).digest()


def seed(*key: str | int) -> int:
    """Return a number from 0 to 2^31 - 1, as any library takes for a seed."""
    return int.from_bytes(digest(*key)[:4], "little") >> 1


def uniforms(*key: str | int) -> list[float]:
    """Return eight uniform numbers, each from 0 to below 1 in steps of 2^-64 (before it is rounded to a float)."""
    bits = hashlib.sha512(_joined(key)).digest()
    return [int.from_bytes(bits[start : start + 8]) / 2**64 for start in range(0, 64, 8)]


def _joined(key: Key) -> bytes:
    return "/".join(map(str, key)).encode()

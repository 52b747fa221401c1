"""What replaces names: pseudonyms, UIDs and date shifts, each derived in a domain of its own."""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path

from discgrade import private as privacy
from discgrade.deidentification.identity.keys import Derive, RandomMap, derivation
from discgrade.settings.model import Pseudonym

# At least a month, so that no new date of a patient is an old one of the same examination.
_SHORTEST_SHIFT, _LONGEST_SHIFT = 30, 3653


class Pseudonyms:
    """Replaces identifiers; the same identifier always gets the same replacement.

    Attributes:
        fingerprint: Tells the key apart without revealing it: 16 hexadecimal digits.
    """

    def __init__(self, derive: Derive) -> None:
        self._derive = lru_cache(maxsize=4096)(derive)  # images share study, series and patient
        self.fingerprint = self._in_domain("key").hex()[:16]

    def patient(self, key: tuple[str, ...]) -> str:
        """Return the pseudonym of a patient, given `patient_key`."""
        return "P" + self._in_domain("patient", *key).hex()[:16]

    def uid(self, uid: str) -> str:
        """Return the UID that replaces another: 2.25 and 128 bits as one decimal number (PS3.5 B.2)."""
        return f"2.25.{int.from_bytes(self._in_domain('uid', uid)[:16], 'big')}"

    def days(self, key: tuple[str, ...]) -> int:
        """Return by how many whole days a patient's dates move: from ten years to thirty days into the past."""
        drawn = int.from_bytes(self._in_domain("date shift", *key)[:8], "big")
        return -_SHORTEST_SHIFT - drawn % (_LONGEST_SHIFT - _SHORTEST_SHIFT + 1)

    def device(self, *identity: str) -> str:
        """Return the pseudonym of a scanner."""
        return "D" + self._in_domain("device", *identity).hex()[:16]

    def rater(self, name: str) -> str:
        """Return what tells a rater apart: 16 hexadecimal digits."""
        return self._in_domain("rater", name).hex()[:16]

    def folder(self, name: str) -> bytes:
        """Return what orders a source folder among others without telling its name."""
        return self._in_domain("folder", name)

    def _in_domain(self, domain: str, *parts: str) -> bytes:
        """Derive from parts of any content: each is preceded by its length, so that no two lists look alike."""
        encoded = [part.encode("utf-8", "surrogateescape") for part in (domain, *parts)]
        return self._derive(b"".join(len(part).to_bytes(4, "big") + part for part in encoded))


@contextmanager
def held(private: Path, pseudonym: Pseudonym, seed: int | None = None) -> Iterator[tuple[Pseudonyms, str]]:
    """Yield a study's pseudonyms and their key's kind and fingerprint; random ones are held by one job at a time.

    Args:
        private: Folder of the key or the map.
        pseudonym: Whether they are derived with a key or drawn at random.
        seed: Of a phantom study; None where people are real.

    Raises:
        RefusedError: if the key may not be used.
    """
    if pseudonym != "random" or seed is not None:
        pseudonyms = Pseudonyms(derivation(pseudonym, private, seed))
        yield pseudonyms, f"{pseudonym if seed is None else 'phantom'} {pseudonyms.fingerprint}"
        return
    with privacy.locked(private, "map"):
        drawn = RandomMap(private)
        pseudonyms = Pseudonyms(drawn)
        drawn.save()
        yield pseudonyms, f"{pseudonym} {pseudonyms.fingerprint}"
        drawn.save()

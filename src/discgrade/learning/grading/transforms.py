"""What an augmented copy differs in from the disc as read: a function of seed, disc and copy, and of nothing else."""

import hashlib
import math
from collections.abc import Iterator
from dataclasses import dataclass


@dataclass(frozen=True)
class Change:
    """How one copy is made from the disc as read.

    Attributes:
        flip: Whether it is mirrored left to right, before the rotation.
        angle: Rotation in degrees, counter-clockwise as shown.
        zoom: Magnification.
        right: Shift to the right as a share of the side.
        down: Shift downwards as a share of the side.
        gamma: Exponent of the grey values, counted from 0 (the region's darkest) to 1 (its brightest).
    """

    flip: bool = False
    angle: float = 0.0
    zoom: float = 1.0
    right: float = 0.0
    down: float = 0.0
    gamma: float = 1.0


AS_READ = Change()


@dataclass(frozen=True)
class Augmentation:
    """How many copies of each disc are made, and how far they may differ from it.

    Attributes:
        copies: Number of augmented copies.
        flip: Probability that a copy is mirrored.
        rotation: Largest rotation in degrees, to either side.
        zoom: Largest magnification, from 1; its inverse is the smallest.
        shift: Largest shift along each axis as a share of the side.
        gamma: Largest exponent of the grey values, from 1; its inverse is the smallest.
        seed: Seed of all of it.
    """

    copies: int
    flip: float
    rotation: float
    zoom: float
    shift: float
    gamma: float
    seed: int

    def changes(self, disc: str) -> Iterator[Change]:
        """Yield the change of every copy of a disc, copy 0 (as read) first."""
        yield AS_READ
        for copy in range(1, self.copies + 1):
            flip, *draws = _draws(f"{self.seed}/{disc}/{copy}")
            angle, zoom, right, down, gamma = (2 * draw - 1 for draw in draws[:5])
            yield Change(
                flip=flip < self.flip,
                angle=self.rotation * angle,
                zoom=math.pow(self.zoom, zoom),
                right=self.shift * right,
                down=self.shift * down,
                gamma=math.pow(self.gamma, gamma),
            )


def _draws(key: str) -> list[float]:
    """Return eight uniform numbers from 0 to 1."""
    digest = hashlib.sha512(key.encode()).digest()
    return [int.from_bytes(digest[start : start + 8]) / 2**64 for start in range(0, 64, 8)]

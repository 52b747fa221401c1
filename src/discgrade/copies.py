"""Which samples of a disc count: the disc as read, its augmented copies, or both."""

import numpy as np
from numpy.typing import NDArray

from discgrade.settings.model import Score


def is_scored(copy: NDArray[np.int32], score: Score) -> NDArray[np.bool_]:
    """Tell which copies of a disc a protocol scores.

    Args:
        copy: Of shape (n,); 0 is the disc as read, 1 ... are its augmented copies.
        score: `protocol.score`.

    Returns:
        Of shape (n,).
    """
    scored: dict[Score, NDArray[np.bool_]] = {"as_read": copy == 0, "averaged": copy >= 0, "augmented": copy > 0}
    return scored[score]

"""How far a disc lies from those that a model was trained on, by what the network makes of it before its last layer."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

AXES = 64
"""Most principal axes that a cloud keeps; across all others it has one variance."""
BEYOND = 0.01
"""Share of the discs that no model was trained on that lie beyond the threshold."""


@dataclass(frozen=True)
class Cloud:
    """Where the embeddings of one member lie, as a multivariate normal distribution in its principal axes.

    Attributes:
        split: The member's split.
        mean: Of the D columns.
        axes: Orthonormal principal axes, each of D numbers.
        variances: Along each axis.
        rest: Variance across all axes that are left out.
        unit: The Mahalanobis distance beyond which 1 % of discs lie that are not in the cloud: the member's unit.
    """

    split: str
    mean: tuple[float, ...]
    axes: tuple[tuple[float, ...], ...]
    variances: tuple[float, ...]
    rest: float
    unit: float

    @cached_property
    def centre(self) -> Floats:
        """The mean, of shape (D,)."""
        return np.array(self.mean)

    @cached_property
    def directions(self) -> Floats:
        """The axes, of shape (A, D)."""
        return np.array(self.axes).reshape(-1, len(self.mean))

    @cached_property
    def spreads(self) -> Floats:
        """The variances, of shape (A,)."""
        return np.array(self.variances)


@dataclass(frozen=True)
class Novelty:
    """The clouds of a bundle's members, in their order.

    Attributes:
        members: A cloud for each member.
        threshold: The distance (in the members' units, averaged) beyond which a disc counts as unlike all others.
        patients: Number of patients in the clouds.
        discs: Number of their discs.
    """

    members: tuple[Cloud, ...]
    threshold: float
    patients: int
    discs: int


def distance(embeddings: Sequence[NDArray[np.floating]], novelty: Novelty) -> Floats:
    """Return how far discs lie from those that the models know: the mean of the members' distances, in their units.

    Args:
        embeddings: Of each member, (N, D); D may differ between members.
        novelty: The members' clouds.

    Returns:
        Of shape (N,), at least 0; beyond `novelty.threshold` a disc is unlike those that the bundle knows.

    Raises:
        ValueError: if the members or their widths are not the clouds'.
    """
    widths = [len(cloud.mean) for cloud in novelty.members]
    given = [values.shape[1] for values in embeddings]
    if given != widths:
        raise ValueError(f"Embeddings should be of {len(widths)} members of widths {widths}. Received: widths {given}")
    every = [member_distance(values, cloud) for values, cloud in zip(embeddings, novelty.members, strict=True)]
    return np.asarray(np.mean(every, axis=0))


def member_distance(embeddings: NDArray[np.floating], cloud: Cloud) -> Floats:
    """Return the Mahalanobis distance of embeddings (N, D) from a cloud, in the cloud's unit."""
    apart = np.asarray(embeddings, np.float64) - cloud.centre
    return _mahalanobis(apart, cloud.directions, cloud.spreads, cloud.rest) / np.float64(cloud.unit)


def _mahalanobis(apart: Floats, axes: Floats, variances: Floats, rest: float) -> Floats:
    """Return the distances of differences (N, D) from the mean."""
    # One product for each disc: its bits do not depend on the discs that are worked out with it.
    along = np.array([axes @ one for one in apart]).reshape(len(apart), len(axes))
    across = np.maximum((apart**2).sum(axis=1) - (along**2).sum(axis=1), 0.0)
    return np.asarray(np.sqrt((along**2 / variances).sum(axis=1) + across / rest))

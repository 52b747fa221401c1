"""Learn where the embeddings of a bundle's members lie, from discs that the members were not trained on."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pyarrow.compute as pc
from numpy.typing import NDArray
from sklearn.covariance import LedoitWolf

from discgrade import records
from discgrade.records.cohort.discs import DISCS
from discgrade.records.results.embeddings import EMBEDDINGS
from discgrade.reliability.certainty.learned import write_learned
from discgrade.reliability.certainty.mapping import groups
from discgrade.reliability.certainty.novelty import AXES, BEYOND, Cloud, Floats, Novelty, member_distance
from discgrade.reliability.scores.tabulation import RUN

FEWEST = 20
"""Fewest patients of a cloud."""

_LEAST = 1e-12
_DIGITS = 8


def learn_novelty(*, embeddings: Path, discs: Path, destination: Path) -> None:
    """Learn the clouds of a bundle's members.

    Args:
        embeddings: Of each member, in their order, for the discs that it was not trained on: `EMBEDDINGS`.
        discs: `discs.parquet`.
        destination: `novelty.json`: what was learned, or why nothing was.
    """
    patients = records.read(discs, DISCS, ["disc", "patient"]).to_pandas().set_index("disc")["patient"]
    rows = records.read(embeddings, EMBEDDINGS, filters=pc.field("part") == "test").to_pandas()
    owners = patients[rows["disc"]].to_numpy(object)
    members = [
        (str(run[RUN.index("split")]), np.stack(part["embedding"].to_list()), owners[part.index])
        for run, part in rows.groupby(RUN, sort=False)
    ]
    least = min((len(set(owner)) for _, _, owner in members), default=0)
    if least < FEWEST:
        reason = f"A member was tested on {least} patients, and {FEWEST} are needed to say what is unlike them."
        write_learned(reason, destination)
        return
    clouds = tuple(learn_cloud(*member) for member in members)
    write_learned(Novelty(clouds, 1.0, len(set(owners)), rows["disc"].nunique()), destination)


def learn_cloud(split: str, embeddings: NDArray[np.floating], patients: NDArray[np.object_]) -> Cloud:
    """Learn the cloud of one member.

    Its unit is a quantile of distances of discs from clouds that were learned without their patients.

    Args:
        split: The member's split.
        embeddings: Of shape (N, D).
        patients: Patient of each disc, (N,).
    """
    values = np.asarray(embeddings, np.float64)
    apart = np.concatenate(list(_distances(values, patients)))
    place = min(len(apart), int(np.ceil((1 - BEYOND) * (len(apart) + 1)))) - 1
    return _cloud(split, values, max(float(np.sort(apart)[place]), _LEAST))


def _distances(values: Floats, patients: NDArray[np.object_]) -> Iterator[Floats]:
    """Yield the distances of each group of patients from the cloud of the others."""
    for chosen in groups(patients):
        yield member_distance(values[chosen], _cloud("", values[~chosen], 1.0))


def _cloud(split: str, values: Floats, unit: float) -> Cloud:
    """Describe embeddings (N, D) by their mean and by their covariance, shrunk as Ledoit and Wolf (2004) do."""
    found = LedoitWolf().fit(values)
    variances, axes = np.linalg.eigh(found.covariance_)
    kept = slice(None, -AXES - 1, -1)
    rest = variances[:-AXES] if len(variances) > AXES else variances[:1]
    return Cloud(
        split=split,
        mean=_rounded(found.location_),
        axes=tuple(map(_rounded, axes.T[kept])),
        variances=_rounded(np.maximum(variances[kept], _LEAST)),
        rest=_rounded(np.maximum(rest.mean(keepdims=True), _LEAST))[0],
        unit=unit,
    )


def _rounded(values: Floats) -> tuple[float, ...]:
    """Round to the digits that a file needs: the embeddings themselves have seven."""
    return tuple(float(f"{value:.{_DIGITS}g}") for value in values)

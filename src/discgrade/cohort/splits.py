"""Deal patients, never discs, to the fixed split, the folds and nested shares of the training part.

Patients are sorted by a hash of (seed, purpose, pseudonym) and cut. So the parts depend on neither the order of the
patients nor the shards, and adding a patient leaves the order of all others as it was.
"""

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

import pyarrow as pa

from discgrade.records import DISCS, SPLITS, read, write
from discgrade.settings.grid import HOLDOUT

EXTERNAL = "external"

_Row = tuple[str, str, str, int]


def make_splits(
    *, discs: Path, destination: Path, holdout: float, folds: int, validation: float, shares: Sequence[int], seed: int
) -> None:
    """Write which part every patient has in every split.

    Args:
        discs: The cohort's discs, `records.DISCS`.
        destination: Parquet file to write, `records.SPLITS`, sorted by split and patient.
        holdout: Share of the patients in the test part of the fixed split, between 0 and 1.
        folds: Number of folds; 0 for none.
        validation: Share of the training part's patients held out of it for the choice of the checkpoint; 0 for none.
        shares: Denominators of the nested shares of the training part.
        seed: Seed of the hashes.

    Raises:
        ValueError: if a setting is out of its range, or the cohort is too small for it.
    """
    table = read(discs, DISCS, columns=["patient", "cohort"]).to_pydict()
    cohorts = dict(zip(table["patient"], table["cohort"], strict=True))
    dealt = [patient for patient, cohort in cohorts.items() if cohort != EXTERNAL]
    external = sorted(cohorts.keys() - dealt)
    rows: list[_Row] = []
    for split, test in _tests(dealt, holdout, folds, seed):
        rows += _parts(split, dealt, test, validation=validation, shares=shares, seed=seed)
        rows += [(split, patient, EXTERNAL, 1) for patient in external]
    columns = zip(*sorted(rows), strict=True)
    write(pa.table([pa.array(column) for column in columns], names=SPLITS.names), SPLITS, destination)


def in_hash_order(patients: Iterable[str], seed: int, purpose: str) -> list[str]:
    """Sort patients by the hash of (seed, purpose, pseudonym)."""

    def digest(patient: str) -> bytes:
        return hashlib.sha256(f"{seed}/{purpose}/{patient}".encode()).digest()

    return sorted(patients, key=digest)


def _tests(patients: Sequence[str], holdout: float, folds: int, seed: int) -> Iterator[tuple[str, set[str]]]:
    """Yield each split's name and the patients of its test part."""
    count = len(patients)
    held_out = round(holdout * count)
    if not 0 < holdout < 1 or not 0 < held_out < count:
        raise ValueError(
            f"splits.holdout should be between 0 and 1 and leave patients on both sides. "
            f"Received: {holdout} of {count} patients outside the external cohort, that is {held_out}"
        )
    if folds != 0 and not 2 <= folds <= count:
        raise ValueError(
            f"splits.folds should be 0 or from 2 to the number of patients. "
            f"Received: {folds} folds for {count} patients outside the external cohort"
        )
    yield HOLDOUT, set(in_hash_order(patients, seed, HOLDOUT)[:held_out])
    ordered = in_hash_order(patients, seed, "folds")
    for fold in range(folds):
        yield f"fold-{fold + 1:02d}", set(ordered[fold * count // folds : (fold + 1) * count // folds])


def _parts(
    split: str, patients: Sequence[str], test: set[str], *, validation: float, shares: Sequence[int], seed: int
) -> list[_Row]:
    """Return the rows of one split, all but the external patients'."""
    # "inner", the part's earlier name, is a key of the order: another word would be another split.
    rest = in_hash_order(set(patients) - test, seed, f"{split}/inner")
    size = _validation_size(split, len(rest), validation)
    train = in_hash_order(rest[size:], seed, f"{split}/share")
    impossible = [share for share in shares if len(train) // share < 1]
    if impossible:
        raise ValueError(
            f"splits.shares should each hold at least one of the {len(train)} training patients of {split}. "
            f"Impossible: {', '.join(f'1/{share}' for share in impossible)}. Remove them or add patients"
        )
    return [
        *((split, patient, "test", 1) for patient in test),
        *((split, patient, "validation", 1) for patient in rest[:size]),
        *((split, patient, "train", _smallest_share(rank, len(train), shares)) for rank, patient in enumerate(train)),
    ]


def _validation_size(split: str, patients: int, validation: float) -> int:
    size = max(1, round(validation * patients)) if validation > 0 else 0
    if not 0 <= validation < 1 or size >= patients:
        raise ValueError(
            f"splits.validation should be at least 0, less than 1, and leave training patients in {split}. "
            f"Received: {validation} of {patients} patients"
        )
    return size


def _smallest_share(rank: int, patients: int, shares: Sequence[int]) -> int:
    """Return the denominator of the smallest share that holds the patient of this rank: 1/n holds the first 1/n."""
    return max((share for share in shares if rank < patients // share), default=1)

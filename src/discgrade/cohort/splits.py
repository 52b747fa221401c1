"""Assign patients, never discs, to the parts of the hold-out split and of the folds, and to nested training fractions.

Patients are sorted by a hash of (seed, purpose, pseudonym) and cut. So the parts depend on neither the order of the
patients nor the shards, and adding a patient leaves the order of all others as it was.
"""

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc

from discgrade import keyed
from discgrade.records import read, write
from discgrade.records.cohort.discs import DISCS
from discgrade.records.cohort.splits import SPLITS
from discgrade.settings.model import Splits
from discgrade.settings.parts import check_parts, fold_ends, test_size, validation_size
from discgrade.settings.run import EXTERNAL, HOLDOUT, fold_names

_Row = tuple[str, str, str, int]


def make_splits(*, discs: Path, splits: Splits, destination: Path) -> None:
    """Write which part every patient has in every split, but for those of the cohort `external`.

    Args:
        discs: Discs, `discs.DISCS`.
        splits: Share of the patients outside the external cohort in the test part of the hold-out split; number of
            folds, 0 for none; share of the training part's patients kept apart as validation part, 0 for none;
            denominators of the nested training fractions; and the seed of the hashes.
        destination: Parquet file to write, `splits.SPLITS`, sorted by split and patient.

    Raises:
        ValueError: if a setting is out of its range, or the cohort is too small for it.
    """
    table = read(discs, DISCS, columns=["patient", "cohort"]).to_pydict()
    cohorts = dict(zip(table["patient"], table["cohort"], strict=True))
    assigned = [patient for patient, cohort in cohorts.items() if cohort != EXTERNAL]
    check_parts(len(assigned), splits)
    rows: list[_Row] = []
    for split, test in _tests(assigned, splits):
        rows += _parts(split, assigned, test, splits)
    _write(rows, destination)


def add_external(*, trained: Path, discs: Path, destination: Path) -> None:
    """Write splits with the patients of the cohort `external` added to each, in a part of that name.

    Args:
        trained: As `make_splits` wrote them.
        discs: The cohort's discs, `discs.DISCS`.
        destination: Parquet file to write, `splits.SPLITS`, sorted by split and patient.
    """
    assigned = read(trained, SPLITS).select(SPLITS.names).to_pydict()
    rows: list[_Row] = list(zip(*assigned.values(), strict=True))
    external = read(discs, DISCS, ["patient"], filters=pc.field("cohort") == EXTERNAL)["patient"].unique().to_pylist()
    rows += [(split, patient, EXTERNAL, 1) for split in sorted(set(assigned["split"])) for patient in external]
    _write(rows, destination)


def _write(rows: Sequence[_Row], destination: Path) -> None:
    columns = zip(*sorted(rows), strict=True)
    write(pa.table([pa.array(column) for column in columns], names=SPLITS.names), SPLITS, destination)


def in_hash_order(patients: Iterable[str], seed: int, purpose: str) -> list[str]:
    """Sort patients by the hash of (seed, purpose, pseudonym)."""
    return sorted(patients, key=lambda patient: keyed.digest(seed, purpose, patient))


def _tests(patients: Sequence[str], splits: Splits) -> Iterator[tuple[str, set[str]]]:
    """Yield each split's name and the patients of its test part."""
    count = len(patients)
    yield HOLDOUT, set(in_hash_order(patients, splits.seed, HOLDOUT)[: test_size(count, splits)])
    ordered, ends = in_hash_order(patients, splits.seed, "folds"), fold_ends(count, splits)
    for name, start, end in zip(fold_names(splits), [0, *ends], ends, strict=False):
        yield name, set(ordered[start:end])


def _parts(split: str, patients: Sequence[str], test: set[str], splits: Splits) -> list[_Row]:
    """Return the rows of one split, all but the external patients'."""
    # "inner", the part's earlier name, is a key of the order: another word would be another split.
    rest = in_hash_order(set(patients) - test, splits.seed, f"{split}/inner")
    size = validation_size(len(rest), splits)
    train = in_hash_order(rest[size:], splits.seed, f"{split}/share")
    shares = [_smallest_share(rank, len(train), splits.shares) for rank in range(len(train))]
    return [
        *((split, patient, "test", 1) for patient in test),
        *((split, patient, "validation", 1) for patient in rest[:size]),
        *((split, patient, "train", share) for patient, share in zip(train, shares, strict=True)),
    ]


def _smallest_share(rank: int, patients: int, shares: Sequence[int]) -> int:
    """Return the denominator of the smallest share that holds the patient of this rank: 1/n holds the first 1/n."""
    return max((share for share in shares if rank < patients // share), default=1)

"""How many patients the parts of a split have, and whether a cohort is large enough for them."""

from collections.abc import Iterator

from discgrade.settings.model import Splits
from discgrade.settings.run import HOLDOUT, fold_names


def check_parts(patients: int, splits: Splits) -> None:
    """Check that a cohort can be split.

    Args:
        patients: Number of patients outside the external cohort.
        splits: Share of them in the test part of the hold-out split; number of folds, 0 for none; share of the training
            part's patients kept apart as validation part, 0 for none; denominators of the training fractions.

    Raises:
        ValueError: if a setting is out of its range, or the cohort is too small for it.
    """
    held_out, folds = test_size(patients, splits), splits.folds
    if not 0 < splits.holdout < 1 or not 0 < held_out < patients:
        raise ValueError(
            f"splits.holdout should be between 0 and 1 and leave patients on both sides. "
            f"Received: {splits.holdout} of {patients} patients outside the external cohort, that is {held_out}"
        )
    if folds != 0 and not 2 <= folds <= patients:
        raise ValueError(
            f"splits.folds should be 0 or from 2 to the number of patients. "
            f"Received: {folds} folds for {patients} patients outside the external cohort"
        )
    for split, test in _tests(patients, splits):
        rest = patients - test
        size = validation_size(rest, splits)
        if not 0 <= splits.validation < 1 or size >= rest:
            raise ValueError(
                f"splits.validation should be at least 0, less than 1, and leave training patients in {split}. "
                f"Received: {splits.validation} of {rest} patients"
            )
        impossible = [share for share in splits.shares if (rest - size) // share < 1]
        if impossible:
            raise ValueError(
                f"splits.shares should each hold at least one of the {rest - size} training patients of {split}. "
                f"Impossible: {', '.join(f'1/{share}' for share in impossible)}. Remove them or add patients"
            )


def test_size(patients: int, splits: Splits) -> int:
    """Return the number of patients in the test part of the hold-out split."""
    return round(splits.holdout * patients)


def fold_ends(patients: int, splits: Splits) -> list[int]:
    """Return where the folds end, in an order of the patients; the first begins at 0."""
    return [fold * patients // splits.folds for fold in range(1, splits.folds + 1)]


def validation_size(patients: int, splits: Splits) -> int:
    """Return the number of patients in the validation part, of those outside the test part."""
    return max(1, round(splits.validation * patients)) if splits.validation > 0 else 0


def _tests(patients: int, splits: Splits) -> Iterator[tuple[str, int]]:
    """Yield each split's name and the number of patients of its test part."""
    yield HOLDOUT, test_size(patients, splits)
    ends = fold_ends(patients, splits)
    for name, start, end in zip(fold_names(splits), [0, *ends], ends, strict=False):
        yield name, end - start

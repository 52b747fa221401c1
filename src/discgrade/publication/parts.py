"""How many patients and discs each part of a split has: training, validation, testing, external testing."""

import pandas as pd

from discgrade.records.cohort.flow import CohortSize

PARTS = {"train": "training", "validation": "validation", "test": "testing", "external": "external testing"}
"""Parts as `splits.parquet` names them, and in words."""


def part_sizes(discs: pd.DataFrame, splits: pd.DataFrame, split: str) -> dict[str, CohortSize]:
    """Return patients and discs of each part of a split, by its name in words; parts without discs are left out.

    Args:
        discs: `disc` and `patient` of each disc.
        splits: `split`, `patient` and `part`.
        split: "holdout" or "fold-01" ...
    """
    of_split = splits[splits["split"] == split]
    sizes = {}
    for part, words in PARTS.items():
        patients = of_split[of_split["part"] == part]["patient"]
        chosen = discs[discs["patient"].isin(patients)]
        if len(chosen):
            sizes[words] = CohortSize(chosen["patient"].nunique(), len(chosen))
    return sizes

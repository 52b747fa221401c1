"""A small phantom cohort, made once, and what a test needs to make others."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import pandas as pd
import pydicom
import pytest
from pydicom.dataset import FileDataset

from discgrade.phantom.cohort import make_cohort
from discgrade.settings.groups.cohort import Phantom

SIZE = Phantom(primary=9, supplemental=3, reread=10, second_rater=6, seed=7)


@dataclass(frozen=True)
class Made:
    """A phantom cohort's files, and its images by SOP Instance UID."""

    folder: Path
    ratings: pd.DataFrame
    truth: pd.DataFrame
    images: dict[str, FileDataset]

    def series(self) -> list[list[FileDataset]]:
        """The images series by series, in the order of their numbers."""
        found: dict[str, list[FileDataset]] = {}
        for image in sorted(self.images.values(), key=lambda image: image.InstanceNumber):
            found.setdefault(image.SeriesInstanceUID, []).append(image)
        return list(found.values())


@pytest.fixture(scope="session")
def make() -> Callable[..., Path]:
    def make_in(folder: Path, workers: int = 1, **changes: int) -> Path:
        paths = {"destination": folder / "export", "ratings": folder / "ratings.csv", "truth": folder / "truth.parquet"}
        make_cohort(private=folder, **paths, phantom=replace(SIZE, **changes), workers=workers)
        return folder

    return make_in


@pytest.fixture(scope="session")
def made(make: Callable[..., Path], tmp_path_factory: pytest.TempPathFactory) -> Made:
    folder = make(tmp_path_factory.mktemp("phantom"))
    images = [pydicom.dcmread(path) for path in sorted((folder / "export").rglob("*")) if path.is_file()]
    return Made(
        folder=folder,
        ratings=pd.read_csv(folder / "ratings.csv", dtype={"patient_id": str}),
        truth=pd.read_parquet(folder / "truth.parquet"),
        images={image.SOPInstanceUID: image for image in images},
    )

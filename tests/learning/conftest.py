"""A small cohort of discs whose grade can be seen: the higher, the darker the middle, the flatter the bright band."""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
from numpy.typing import NDArray
from table_rows import disc_row, sample_row

from discgrade import records
from discgrade.grades import FRACTIONAL
from discgrade.learning.loop.backend import start_backend
from discgrade.records.cohort.discs import DISCS
from discgrade.records.cohort.samples import sample_schema
from discgrade.records.cohort.splits import SPLITS
from discgrade.settings.model import Plateau, Training
from discgrade.settings.plain import plain
from discgrade.settings.run import Run

# A training of a moment.
TRAINING = Training(
    loss="categorical_crossentropy",
    scale="fractional",
    class_weights=None,
    backend="tensorflow",
    precision="float32",
    threads=1,
    deterministic=True,
    width=0.0625,
    epochs=2,
    views=None,
    length="epochs",
    batch=8,
    learning_rate=0.01,
    optimizer="sgd",
    momentum=0.9,
    weight_decay=0,
    schedule="plateau",
    plateau=Plateau(monitor="val_loss", factor=0.1, patience=10),
    dropout=0.2,
    l2=0.0005,
    batch_norm_momentum=0.9,
    softness=None,
    decoding="argmax",
    network="tiny:network",
)

# The first import of Keras fixes backend and threads for the whole process: here, before any test module's.
start_backend(TRAINING)

LEVELS = ("L3/L4", "L4/L5", "L5/S1")
OUTPUTS = {
    "model": "model.keras",
    "network": "network.parquet",
    "history": "history.parquet",
    "predictions": "predictions.parquet",
}

# Trainings in a process of their own, so that it can be killed: `python -c SCRIPT arguments.json ...`.
SCRIPT = """
import json, sys
from pathlib import Path
from discgrade.learning.grading.training import TrainingFiles, train_model
from discgrade.settings.run import Run
from discgrade.settings.model import Protocol, Training
from discgrade.settings.plain import typed

for file in sys.argv[1:]:
    arguments = json.loads(Path(file).read_text())
    paths = {name: Path(path) for name, path in arguments["paths"].items()}
    samples = [Path(path) for path in arguments["samples"]]
    files = TrainingFiles(**{name: paths.pop(name) for name in ("model", "network", "history", "predictions")})
    train_model(samples=samples, run=Run(**arguments["run"]), training=typed(Training, arguments["training"]),
                files=files, protocol=Protocol("as_read", "validation"), identity=[], **paths)
"""


@dataclass(frozen=True)
class Cohort:
    """The files that a training reads."""

    samples: list[Path]
    discs: Path
    splits: Path


def disc_image(grade: float, copy: int, resolution: int, random: np.random.Generator) -> np.ndarray:
    y, x = np.mgrid[-1 : 1 : resolution * 1j, -1 : 1 : resolution * 1j]
    height = 0.6 - 0.1 * grade
    bright = np.exp(-((y / height) ** 2) - x**2) * (1.1 - 0.2 * grade)
    noisy = 0.2 + 0.7 * bright + 0.03 * random.standard_normal(x.shape)
    return np.clip(65535 * (noisy[:, ::-1] if copy % 2 else noisy), 0, 65535).astype("<u2")


def write_cohort(
    folder: Path, *, patients: int = 30, copies: int = 1, resolution: int = 24, shards: int = 2, whole: bool = False
) -> Cohort:
    """Write discs, splits and samples of invented patients; every tenth is external, every fifth in the test part."""
    random = np.random.default_rng(5)
    scale = np.arange(1.0, 6.0) if whole else FRACTIONAL
    discs, splits = [], []
    for number in range(patients):
        patient = f"p{number:03d}"
        part = (
            "external"
            if number % 10 == 9
            else "test"
            if number % 5 == 0
            else "validation"
            if number % 5 == 1
            else "train"
        )
        splits.append({"split": "holdout", "patient": patient, "part": part, "share": 4 if number % 4 == 3 else 1})
        for level in LEVELS:
            grade = float(random.choice(scale))
            discs.append(disc_row(number, f"{patient}-{level}", level, grade, shard=f"{number % shards:02d}"))
    records.write(discs, DISCS, folder / "discs.parquet")
    records.write(splits, SPLITS, folder / "splits.parquet")
    files = [_write_samples(folder, discs, f"{shard:02d}", copies, resolution) for shard in range(shards)]
    return Cohort(files, folder / "discs.parquet", folder / "splits.parquet")


def _image_of(disc: dict[str, object], copy: int, resolution: int) -> NDArray[np.uint16]:
    return disc_image(disc["grade"], copy, resolution, np.random.default_rng([copy, sum(disc["disc"].encode())]))


def _write_samples(folder: Path, discs: list[dict[str, object]], shard: str, copies: int, resolution: int) -> Path:
    path = folder / f"{shard}.parquet"
    rows = [
        sample_row(disc["disc"], copy, _image_of(disc, copy, resolution).tobytes())
        for disc in discs
        if disc["shard"] == shard
        for copy in range(copies + 1)
    ]
    records.write(pa.Table.from_pylist(rows, sample_schema(resolution)), sample_schema(resolution), path)
    return path


@pytest.fixture(scope="session")
def cohort(tmp_path_factory: pytest.TempPathFactory) -> Cohort:
    """Thirty invented patients of three discs each, one augmented copy, at 24 px."""
    return write_cohort(tmp_path_factory.mktemp("cohort"))


@pytest.fixture(scope="session")
def make_cohort(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Cohort]:
    """A function that writes other invented cohorts."""
    return lambda **settings: write_cohort(tmp_path_factory.mktemp("cohort"), **settings)


@pytest.fixture
def settings(monkeypatch: pytest.MonkeyPatch) -> Training:
    """The settings of a training of a moment."""
    monkeypatch.syspath_prepend(Path(__file__).parent)
    return TRAINING


@pytest.fixture(scope="session")
def brief() -> Training:
    """These settings, for a training that several tests share and that needs no network of this folder."""
    return TRAINING


@pytest.fixture
def run() -> Run:
    """The default run at 24 px."""
    return Run("default", 24, 1, "holdout", 1)


@pytest.fixture
def outputs(tmp_path: Path) -> Callable[[str], dict[str, Path]]:
    """A function that names the outputs of a training in a folder."""
    return lambda folder: {name: tmp_path / folder / file for name, file in OUTPUTS.items()}


@pytest.fixture
def in_a_process(
    cohort: Cohort, settings: Training, run: Run, outputs: Callable[[str], dict[str, Path]], tmp_path: Path
) -> Callable[..., subprocess.Popen[bytes]]:
    """A function that starts a training in a process of its own, and `then` others there by their folders."""

    def start(
        folder: str, python: str = sys.executable, then: dict[str, dict[str, object]] | None = None, **changes: object
    ) -> subprocess.Popen[bytes]:
        files = [write(name, changed) for name, changed in {folder: changes, **(then or {})}.items()]
        folders = Path(records.__file__).parents[2], Path(__file__).parent
        environment = os.environ | {"PYTHONPATH": os.pathsep.join(map(str, folders))}
        with (tmp_path / f"{folder}.log").open("w") as log:
            return subprocess.Popen([python, "-c", SCRIPT, *files], env=environment, stderr=log, cwd=tmp_path)

    def write(folder: str, changes: dict[str, object]) -> str:
        paths = outputs(folder) | {"discs": cohort.discs, "splits": cohort.splits, "state": tmp_path / "state" / folder}
        arguments = {
            "samples": list(map(str, cohort.samples)),
            "paths": {name: str(path) for name, path in paths.items()},
            "run": run.wildcards,
            "training": plain(replace(settings, **changes)),
        }
        file = tmp_path / f"{folder}.json"
        file.write_text(json.dumps(arguments))
        return str(file)

    return start

"""Tests for discgrade.learning.localisation.external."""

import io
from types import SimpleNamespace

import numpy as np
import pytest
from slice_keys import slice_key
from table_rows import disc_row

from discgrade import records
from discgrade.learning.localisation.external import locate_external
from discgrade.learning.localisation.training import LocatorFiles, train_locator
from discgrade.records.cohort.boxes import LOCATED, slice_schema
from discgrade.records.cohort.discs import DISCS
from discgrade.records.cohort.splits import SPLITS
from discgrade.settings.groups.locator import Locator

SIDE = 64
LOCATOR = Locator(True, SIDE, 4.0, width=0.25, epochs=24, batch=2, learning_rate=0.01, seed=1)
GREY = {"L5/S1": 250, "L4/L5": 120}
PATIENTS = [f"P{number:02d}" for number in range(12)]
OUTSIDE = ["P03", "P10", "P11"]


def drawn(number):
    """The centres of two squares on the input; that of L5/S1 is brighter and lies below."""
    x, y = 20 + 2 * number, 38 + 5 * (number % 3)
    return {"L5/S1": (x, y), "L4/L5": (x + 2, y - 20)}


def stored_box(x, y):
    """A square of 8 x 6 px of the input, on its slice of 200 x 160 mm; the input shows 256 mm around its middle."""
    return [4 * x - 48 - 16.0, 4 * y - 28 - 12.0, 32.0, 24.0]


def slice_row(number):
    fine = np.full((2 * SIDE, 2 * SIDE), 10, np.uint8)
    for level, (x, y) in drawn(number).items():
        fine[2 * y - 6 : 2 * y + 6, 2 * x - 8 : 2 * x + 8] = GREY[level]
    pixels = (fine.reshape(SIDE, 2, SIDE, 2).mean(axis=(1, 3)) * 257).astype("<u2")
    shown = {"pixels": pixels.tobytes(), "fine": fine.tobytes()}
    boxes = [stored_box(*centre) for centre in drawn(number).values()]
    return vars(slice_key(number)) | shown | {"levels": list(GREY), "boxes": boxes}


def write_slices(path, numbers):
    records.write([slice_row(number) for number in numbers], slice_schema(SIDE), path)
    return path


def write_discs(path, outside):
    rows = [
        disc_row(number, f"{patient}-{level}", level, 3.0, cohort="external" if patient in outside else "primary")
        for number, patient in enumerate(PATIENTS)
        for level in GREY
    ]
    records.write(rows, DISCS, path)
    return path


@pytest.fixture(scope="module")
def trained(brief, tmp_path_factory):
    """A locator of all patients but three, trained for a moment; the training was shown those three at its end."""
    folder = tmp_path_factory.mktemp("locator")
    parts = {patient: "external" if patient in OUTSIDE else "train" for patient in PATIENTS}
    rows = [{"split": "holdout", "patient": patient, "part": part, "share": 1} for patient, part in parts.items()]
    records.write(rows, SPLITS, folder / "splits.parquet")
    shards = [write_slices(folder / "00.parquet", range(10)), write_slices(folder / "external-00.parquet", (10, 11))]
    files = LocatorFiles(
        *(folder / name for name in ("model.keras", "facts.json", "history.parquet", "located.parquet"))
    )
    train_locator(
        slices=shards,
        discs=write_discs(folder / "discs.parquet", OUTSIDE),
        splits=folder / "splits.parquet",
        split="all",
        locator=LOCATOR,
        training=brief,
        identity=[],
        files=files,
        state=folder / "state",
        log=io.StringIO(),
    )
    return SimpleNamespace(discs=folder / "discs.parquet", shards=shards, files=files)


def located(trained, brief, folder, **changes):
    """What the trained locator finds of the external patients by itself."""
    given = {"model": trained.files.model, "slices": trained.shards, "discs": trained.discs} | changes
    locate_external(
        facts=trained.files.facts,
        locator=LOCATOR,
        training=brief,
        destination=folder / "external.parquet",
        log=io.StringIO(),
        **given,
    )
    return records.read(folder / "external.parquet", LOCATED).to_pylist()


@pytest.fixture(scope="module")
def alone(trained, brief, tmp_path_factory):
    """What it finds of them once it is trained, rows of `boxes.LOCATED`."""
    return located(trained, brief, tmp_path_factory.mktemp("alone"))


def test_the_locator_alone_finds_what_its_training_found_of_external_patients_and_looks_for_no_others(alone, trained):
    """P03 shares a shard with patients that are not external."""
    together = records.read(trained.files.located, LOCATED).to_pylist()
    assert [(row["patient"], row["level"]) for row in alone] == [(key, level) for key in OUTSIDE for level in GREY]
    for one, other in zip(alone, together, strict=True):
        for name, value in one.items():
            assert value == (pytest.approx(other[name], abs=1e-4) if isinstance(value, float) else other[name]), name


def test_boxes_lie_on_the_slice_where_its_squares_do(alone):
    truth = {(f"P{n:02d}", level): stored_box(*drawn(n)[level]) for n in (3, 10, 11) for level in GREY}
    for row in alone:
        box = [row[f"found_{edge}"] for edge in ("x", "y", "width", "height")]
        assert box == pytest.approx(truth[row["patient"], row["level"]], abs=10), row["patient"]
        assert row["probability"] > 0.5


def test_of_slices_without_an_external_patient_an_empty_table_is_written(trained, brief, tmp_path):
    discs = write_discs(tmp_path / "discs.parquet", [])
    assert located(trained, brief, tmp_path, discs=discs, model=tmp_path / "not there") == []


@pytest.mark.parametrize("shards", [0, 1])
def test_where_no_slice_was_drawn_on_an_empty_table_is_written(trained, brief, tmp_path, shards):
    slices = [write_slices(tmp_path / "external-00.parquet", ())][:shards]
    assert located(trained, brief, tmp_path, slices=slices) == []

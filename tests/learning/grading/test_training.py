import hashlib
import io
import random
import shutil
import signal
import time
from dataclasses import replace
from pathlib import Path

import keras
import numpy as np
import pytest

from discgrade import records
from discgrade.decoding import decode
from discgrade.imaging.sampling import normalise
from discgrade.learning.grading.predicting import predict_external
from discgrade.learning.grading.samples import load_samples
from discgrade.learning.grading.training import TrainingFiles, train_model
from discgrade.provenance.digests import code_digest
from discgrade.records.cohort.discs import DISCS
from discgrade.records.cohort.splits import SPLITS
from discgrade.records.results.training import HISTORY, NETWORK, PREDICTIONS
from discgrade.settings.model import Plateau, Protocol
from discgrade.settings.run import Run

AS_READ = Protocol(score="as_read", checkpoint="validation")
ROOT = Path(__file__).parents[3]
OWN_NETWORK = "discgrade.learning.grading.network:build_network"
RESIDUAL = {
    "network": "discgrade.learning.grading.residual:build_network",
    "width": 0.125,
    "optimizer": "adamw",
    "weight_decay": 0.05,
    "schedule": "one_cycle",
    "softness": 0.35,
    "views": 1,
    "epochs": 3,
}


@pytest.fixture
def train(cohort, settings, run, outputs, tmp_path):
    """A function that trains in this process; it returns the folder of the outputs and the log."""

    def train(folder="run", *, cohort=cohort, run=run, protocol=AS_READ, identity=("code",), log=None, **changes):
        log = log or io.StringIO()
        train_model(
            samples=cohort.samples,
            discs=cohort.discs,
            splits=cohort.splits,
            run=run,
            training=replace(settings, **changes),
            protocol=protocol,
            identity=identity,
            state=tmp_path / "state" / folder,
            progress=tmp_path / f"{folder}.progress",
            log=log,
            files=TrainingFiles(**outputs(folder)),
        )
        return tmp_path / folder, log.getvalue()

    return train


def digests(folder):
    return {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in sorted(folder.iterdir())}


def rows_of(folder, name):
    schema = {"history": HISTORY, "predictions": PREDICTIONS, "network": NETWORK}[name]
    return records.read(folder / f"{name}.parquet", schema).to_pylist()


def test_the_same_inputs_give_the_same_bytes(train):
    first, second = (digests(train(folder, network=OWN_NETWORK)[0]) for folder in ("first", "second"))
    assert sorted(first) == ["history.parquet", "model.keras", "network.parquet", "predictions.parquet"]
    assert first == second


def test_while_it_runs_a_file_tells_how_far_it_is(train, tmp_path):
    class Watched(io.StringIO):
        def write(self, text):
            file = tmp_path / "run.progress"
            if "samples to train on" in text or text.startswith("epoch"):
                seen.append(file.read_text().split("  ")[0])
            return super().write(text)

    seen = []
    train(epochs=2, log=Watched())
    assert seen == ["epoch 1/2", "epoch 1/2 100 %", "epoch 2/2 100 %"]
    assert not (tmp_path / "run.progress").exists()


def test_another_seed_gives_another_model(train):
    first = train("first")[0]
    second = train("second", run=Run("default", 24, 1, "holdout", 2))[0]
    assert digests(first)["predictions.parquet"] != digests(second)["predictions.parquet"]


def test_history_has_a_row_an_epoch_and_marks_the_best(train):
    rows = rows_of(train(epochs=4)[0], "history")
    accuracies = [row["val_accuracy"] for row in rows]
    assert [row["epoch"] for row in rows] == [1, 2, 3, 4]
    assert [row["best"] for row in rows] == [
        value > max(accuracies[:i], default=-1) for i, value in enumerate(accuracies)
    ]


def test_a_training_predicts_every_scored_disc_once_says_so_and_leaves_no_checkpoint(cohort, train, tmp_path):
    folder, log = train()
    rows = rows_of(folder, "predictions")
    parts = {row["patient"]: row["part"] for row in records.read(cohort.splits, SPLITS).to_pylist()}
    scored = [disc for disc in rows if parts[disc["disc"].partition("-")[0]] in ("test", "external")]
    assert len(rows) == len(scored) == len({row["disc"] for row in rows}) == 27
    assert {row["part"] for row in rows} == {"test", "external"}
    np.testing.assert_allclose([sum(row["outputs"]) for row in rows], 1, rtol=1e-5)
    assert not (tmp_path / "state" / "run").exists()
    assert "90 samples to train on, 18 to choose the checkpoint, 27 to score" in log
    assert "tensorflow on the CPU, samples in main memory" in log
    for word in ("epoch 2/2", "loss ", "accuracy ", "rate 0.01", "images/s", "MiB", "s left"):
        assert word in log.splitlines()[-1]


def test_the_trained_network_alone_predicts_of_external_discs_what_the_training_did(
    cohort, settings, run, train, tmp_path
):
    """The training saw those discs too; each has two copies to predict."""
    protocol = Protocol(score="averaged", checkpoint="last")
    folder, _ = train(network=OWN_NETWORK, protocol=protocol)
    predict_external(
        model=folder / "model.keras",
        samples=cohort.samples,
        discs=cohort.discs,
        splits=cohort.splits,
        run=run,
        training=replace(settings, network=OWN_NETWORK),
        protocol=protocol,
        scratch=tmp_path / "scratch",
        destination=tmp_path / "external.parquet",
    )
    alone = records.read(tmp_path / "external.parquet", PREDICTIONS).to_pylist()
    together = [row for row in rows_of(folder, "predictions") if row["part"] == "external"]
    assert [(row["disc"], row["copy"]) for row in alone] == [(row["disc"], row["copy"]) for row in together]
    np.testing.assert_allclose(
        [row["outputs"] for row in alone], [row["outputs"] for row in together], rtol=1e-6, atol=1e-7
    )


def test_a_training_learns(make_cohort, train):
    cohort = make_cohort(whole=True, copies=3, patients=60)
    folder, _ = train(cohort=cohort, scale="integral", epochs=20, batch=16, dropout=0.0)
    reference = {row["disc"]: row["integral"] for row in records.read(cohort.discs, DISCS).to_pylist()}
    rows = rows_of(folder, "predictions")
    predicted = decode([row["outputs"] for row in rows], "integral")
    assert np.mean(np.abs(predicted - [reference[row["disc"]] for row in rows])) < 0.3


@pytest.mark.parametrize(
    ("loss", "scale", "count"),
    [
        ("categorical_crossentropy", "integral", 5),
        ("ordinal_categorical_crossentropy", "fractional", 13),
        ("squared_ordinal_categorical_crossentropy", "fractional", 13),
        ("soft_kappa", "fractional", 13),
        ("mean_squared_error", "continuous", 1),
        ("mean_absolute_error", "continuous", 1),
    ],
)
def test_every_variant_trains(train, loss, scale, count):
    folder, _ = train(loss=loss, scale=scale, epochs=1, class_weights=None)
    assert {len(row["outputs"]) for row in rows_of(folder, "predictions")} == {count}
    assert np.isfinite(rows_of(folder, "history")[0]["loss"])


def test_class_weights_change_the_training_loss_only(train):
    plain = rows_of(train("plain", epochs=1)[0], "history")[0]
    weighted = rows_of(train("weighted", epochs=1, class_weights="balanced")[0], "history")[0]
    assert weighted["loss"] != plain["loss"]
    assert weighted["val_loss"] == pytest.approx(plain["val_loss"], rel=0.2)


def test_class_weights_with_soft_kappa_are_refused(train):
    with pytest.raises(ValueError, match="`class_weights` need the loss of each sample"):
        train(loss="soft_kappa", class_weights="balanced")


def test_a_grade_without_samples_is_reported(make_cohort, train):
    _, log = train(cohort=make_cohort(patients=10), epochs=1)
    assert "no training sample of grades [" in log


@pytest.mark.parametrize(("share", "length", "steps"), [(1, "steps", 12), (4, "steps", 12), (4, "epochs", 3)])
def test_a_smaller_share_trains_for_as_many_steps_or_epochs(train, monkeypatch, share, length, steps):
    from discgrade.learning.loop import fitting

    orders = []
    monkeypatch.setattr(fitting, "teller", lambda *_, steps, **__: lambda done, _: orders.append((done, steps)))
    train(run=Run("default", 24, share, "holdout", 1), epochs=1, length=length)
    assert orders == [(done, steps) for done in range(1, steps + 1)]


def test_an_unknown_loss_is_refused(train):
    with pytest.raises(ValueError, match="Unknown loss"):
        train(loss="focal")


def test_loss_and_network_may_come_from_a_file_of_the_project(train, tmp_path, monkeypatch):
    (tmp_path / "my_study.py").write_text(
        "import keras\n"
        "from keras import layers, ops\n"
        "def brier(y_true, y_pred):\n"
        "    return ops.sum(ops.square(y_true - y_pred), axis=-1)\n"
        "def perceptron(resolution, outputs, **settings):\n"
        "    image = keras.Input((resolution, resolution, 1))\n"
        "    return keras.Model(image, layers.Dense(outputs, 'softmax')(layers.Flatten()(image)))\n"
    )
    monkeypatch.chdir(tmp_path)
    folder, _ = train(loss="my_study:brier", network="my_study:perceptron", epochs=1)
    assert [row["description"] for row in rows_of(folder, "network")] == ["Flatten", "Fully connected, n = 13"]


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("nowhere:loss", "No module 'nowhere' for 'nowhere:loss'"),
        ("math:loss", "No function 'loss' in module 'math'"),
        (":loss", "It should read `package.module:function`"),
    ],
)
def test_a_loss_that_cannot_be_found_is_refused(train, name, message):
    with pytest.raises(ValueError, match=message):
        train(loss=name)


def test_a_diverging_training_stops_and_leaves_no_output(train, tmp_path):
    with pytest.raises(FloatingPointError, match=r"diverged in epoch 1: .*Lower `training\.learning_rate`"):
        train(learning_rate=1e30, loss="mean_squared_error", scale="continuous")
    assert not (tmp_path / "run").exists()


def test_a_network_too_large_for_the_resolution_is_refused(make_cohort, train):
    with pytest.raises(ValueError, match="smallest is 20 x 20 pixels"):
        train(cohort=make_cohort(resolution=16), network=OWN_NETWORK, run=Run("default", 16, 1, "holdout", 1))


class StoppedError(Exception):
    """Stands for whatever ends a training."""


@pytest.mark.parametrize(
    ("settings_of_it", "stops"), [({"epochs": 3, "plateau": Plateau("loss", 0.1, 1)}, 2), (RESIDUAL, 1)]
)
def test_a_stopped_training_resumes_and_ends_with_the_same_bytes(train, monkeypatch, settings_of_it, stops):
    from discgrade.learning.loop import checkpoints

    whole = digests(train("whole", **settings_of_it)[0])
    save = checkpoints.save

    def save_and_stop(folder, history, groups):
        save(folder, history, groups)
        raise StoppedError

    monkeypatch.setattr(checkpoints, "save", save_and_stop)
    for _ in range(stops):
        with pytest.raises(StoppedError):
            train("resumed", **settings_of_it)
    monkeypatch.undo()
    folder, log = train("resumed", **settings_of_it)
    assert f"resumes after epoch {stops}" in log
    assert digests(folder) == whole


def test_views_make_an_epoch_shorter(train, monkeypatch):
    from discgrade.learning.loop import fitting

    orders = []
    monkeypatch.setattr(fitting, "teller", lambda *_, steps, **__: lambda done, _: orders.append((done, steps)))
    train(epochs=1, views=1)
    assert orders[-1] == (6, 6)


def test_a_network_is_told_the_level_in_training_and_prediction(make_cohort, train, tmp_path, monkeypatch):
    """A network that sees nothing but the level learns which grade goes with it."""
    (tmp_path / "by_level.py").write_text(
        "import keras\n"
        "from keras import layers\n"
        "def network(resolution, outputs, **settings):\n"
        "    image, level = keras.Input((resolution, resolution, 1)), keras.Input((5,))\n"
        "    unseen = layers.Rescaling(0.0)(layers.GlobalAveragePooling2D()(image))\n"
        "    x = layers.Concatenate()([unseen, level])\n"
        "    return keras.Model([image, level], layers.Dense(outputs, 'softmax')(x))\n"
    )
    monkeypatch.chdir(tmp_path)
    cohort = make_cohort(whole=True)
    rows = records.read(cohort.discs, DISCS).to_pylist()
    grades = {"L3/L4": 2.0, "L4/L5": 3.0, "L5/S1": 5.0}
    known = [row | {"grade": grades[row["level"]], "integral": grades[row["level"]]} for row in rows]
    records.write(known, DISCS, cohort.discs)
    folder, _ = train(cohort=cohort, network="by_level:network", scale="integral", epochs=30, learning_rate=0.5)
    predicted = rows_of(folder, "predictions")
    found = decode([row["outputs"] for row in predicted], "integral")
    assert found.tolist() == [grades[row["disc"].partition("-")[2]] for row in predicted]


def test_a_network_with_another_second_input_is_refused(train, tmp_path, monkeypatch):
    (tmp_path / "aged.py").write_text(
        "import keras\n"
        "from keras import layers\n"
        "def network(resolution, outputs, **settings):\n"
        "    image, age = keras.Input((resolution, resolution, 1)), keras.Input((1,))\n"
        "    x = layers.Concatenate()([layers.Flatten()(image), age])\n"
        "    return keras.Model([image, age], layers.Dense(outputs, 'softmax')(x))\n"
    )
    monkeypatch.chdir(tmp_path)
    with pytest.raises(
        ValueError, match=r"a second input of \[\(5,\)\]\. Received: a network of \[\(24, 24, 1\), \(1,\)\]"
    ):
        train(network="aged:network")


def test_a_training_does_not_resume_from_other_settings(train, monkeypatch):
    from discgrade.learning.loop import checkpoints

    monkeypatch.setattr(checkpoints, "clear", lambda folder: None)
    train("run", epochs=1)
    _, log = train("run", epochs=1, width=0.125)
    assert "left alone: 1 checkpoints of other settings, code or data" in log
    assert "resumes" not in log


@pytest.fixture
def checkout(tmp_path):
    """A copy of the package and of the script that trains, to edit."""
    shutil.copytree(ROOT / "src", tmp_path / "checkout" / "src", ignore=shutil.ignore_patterns("__pycache__"))
    (tmp_path / "checkout" / "workflow_scripts").mkdir()
    shutil.copy(ROOT / "workflow_scripts" / "train.py", tmp_path / "checkout" / "workflow_scripts")
    return tmp_path / "checkout"


WORDS = {
    "# Steps between two looks": "# Batches between two looks",
    '"""The training loop, for any task': '"""The loop, for any task',
}


def test_an_edit_of_code_alone_orphans_the_checkpoint(train, checkout, monkeypatch):
    from discgrade.learning.loop import checkpoints

    script = checkout / "workflow_scripts" / "train.py"
    module = checkout / "src" / "discgrade" / "learning" / "loop" / "fitting.py"

    def edit(old, new):
        assert old in module.read_text()
        module.write_text(module.read_text().replace(old, new))

    monkeypatch.setattr(checkpoints, "clear", lambda folder: None)
    train(identity=[code_digest(script)], epochs=1)
    for old, new in WORDS.items():
        edit(old, new)
    _, log = train(identity=[code_digest(script)], epochs=1)
    assert "resumes after epoch 1" in log
    assert "left alone" not in log
    edit("PREDICTED = 64", "PREDICTED = 65")
    _, log = train(identity=[code_digest(script)], epochs=1)
    assert "resumes" not in log
    assert "left alone: 1 checkpoints" in log


def test_the_saved_model_gives_the_table_of_predictions(cohort, run, train, tmp_path):
    folder, _ = train(network=OWN_NETWORK, epochs=1)
    data = load_samples(
        cohort.samples, cohort.discs, cohort.splits, run=run, scale="fractional", protocol=AS_READ, scratch=tmp_path
    )
    rows = rows_of(folder, "predictions")
    model = keras.saving.load_model(folder / "model.keras")
    assert [row["disc"] for row in rows] == data.disc[data.scored].tolist()
    np.testing.assert_allclose(model(normalise(data.pixels[data.scored])), [row["outputs"] for row in rows], atol=1e-5)


@pytest.mark.slow
def test_a_training_killed_at_random_moments_ends_with_the_same_bytes(train, in_a_process, tmp_path):
    moments = random.Random(4)
    kills = 0
    while kills < 2:
        process = in_a_process("killed", epochs=60, network=OWN_NETWORK)
        while process.poll() is None and "\nepoch" not in (tmp_path / "killed.log").read_text():
            time.sleep(0.05)
        time.sleep(moments.uniform(0, 1.5))
        if process.poll() is not None:
            break
        process.send_signal(signal.SIGKILL)
        process.wait()
        kills += 1
    assert kills
    assert in_a_process("killed", epochs=60, network=OWN_NETWORK).wait() == 0
    assert digests(tmp_path / "killed") == digests(train("whole", epochs=60, network=OWN_NETWORK)[0])


@pytest.mark.slow
def test_another_process_beside_it_changes_no_bit(train, in_a_process, tmp_path):
    alone = digests(train("alone", network=OWN_NETWORK)[0])
    pair = [in_a_process(folder, network=OWN_NETWORK) for folder in ("left", "right")]
    assert [process.wait() for process in pair] == [0, 0]
    assert alone == digests(tmp_path / "left") == digests(tmp_path / "right")

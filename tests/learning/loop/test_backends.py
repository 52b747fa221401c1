"""The same training on JAX and PyTorch, each in an environment of its own on top of this one.

DISCGRADE_JAX and DISCGRADE_TORCH may name a Python that has the backend already; without, one is made.
"""

import hashlib
import os
import subprocess
import sys
import sysconfig
import time
import venv
from pathlib import Path

import keras
import numpy as np
import pytest

from discgrade import records
from discgrade.grades import one_hot_levels
from discgrade.imaging.sampling import normalise
from discgrade.learning.grading.network import build_network
from discgrade.learning.loop.saving import save_model
from discgrade.records.cohort.samples import sample_schema
from discgrade.records.results.training import HISTORY, PREDICTIONS

pytestmark = pytest.mark.ci

ROOT = Path(__file__).parents[3]
NETWORK = "discgrade.learning.grading.network:build_network"
RESIDUAL = "discgrade.learning.grading.residual:build_network"
RESIDUAL_TRAINING = {"optimizer": "adamw", "weight_decay": 0.05, "softness": 0.35}
PREDICT = """
import sys
import keras
import numpy as np

model = keras.saving.load_model(sys.argv[1])
np.save(sys.argv[3], model.predict_on_batch(np.load(sys.argv[2])))
"""

COMPARE = """
import sys
import jax
import keras
import numpy as np
from keras import layers
from discgrade.learning.loop.engines.kernels_jax import use_fast_kernels


def both(side, padding, dilation):
    image = keras.Input((side, side, 6))
    model = keras.Model(image, layers.Conv2D(5, 3, dilation_rate=dilation, padding=padding)(image))
    images = np.random.default_rng(1).normal(size=(4, side, side, 6)).astype(np.float32)

    def loss(weights, images):
        outputs, _ = model.stateless_call(weights, [], images)
        return jax.numpy.sin(3 * outputs).sum(), outputs

    weights = [weight.value for weight in model.trainable_variables]
    run = jax.value_and_grad(loss, argnums=(0, 1), has_aux=True)
    theirs = jax.tree.leaves(run(weights, images))
    use_fast_kernels(model)
    assert "convolution_op" in vars(model.layers[1])
    return zip(jax.tree.leaves(run(weights, images)), theirs, strict=True)


for side in (11, 12, 13):
    for padding in ("same", "valid"):
        for dilation in (2, 3, (2, 3)):
            for ours, keras_own in both(side, padding, dilation):
                np.testing.assert_allclose(ours, keras_own, rtol=1e-4, atol=1e-4)
"""


@pytest.fixture(scope="session", params=["jax", "torch"])
def other(request, tmp_path_factory):
    """The name of another backend and a Python that has it."""
    backend = request.param
    known = os.environ.get(f"DISCGRADE_{backend.upper()}")
    if known:
        return backend, known
    folder = tmp_path_factory.mktemp(backend)
    venv.create(folder)
    python = folder / "bin" / "python"
    site = folder / "lib" / f"python{sys.version_info.major}.{sys.version_info.minor}" / "site-packages"
    (site / "locked.pth").write_text(sysconfig.get_path("purelib"))
    lock = ROOT / "envs" / f"{backend}.lock"
    install = [Path(sys.executable).with_name("uv"), "pip", "install", "--quiet", "--require-hashes"]
    subprocess.run([*install, "--python", python, "--requirement", lock], check=True)
    return backend, str(python)


@pytest.fixture
def predict_on(tmp_path):
    """A function that predicts in a process on another backend."""

    def predict_on(backend, python, model, pixels):
        np.save(tmp_path / "images.npy", normalise(pixels))
        environment = os.environ | {"KERAS_BACKEND": backend}
        files = [str(model), str(tmp_path / "images.npy"), str(tmp_path / f"{backend}.npy")]
        subprocess.run([python, "-c", PREDICT, *files], check=True, env=environment)
        return np.load(tmp_path / f"{backend}.npy")

    return predict_on


def predict_here(model, pixels):
    return keras.saving.load_model(model).predict_on_batch(normalise(pixels))


def digests(folder):
    return {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in sorted(folder.iterdir())}


def random_pixels(side=32):
    return np.random.default_rng(1).integers(0, 65536, (70, side, side), dtype=np.uint16)


def test_the_same_weights_give_the_same_outputs(other, predict_on, tmp_path):
    keras.utils.set_random_seed(1)
    save_model(build_network(32, 13, 0.25), tmp_path / "model.keras")
    ours = predict_here(tmp_path / "model.keras", random_pixels())
    np.testing.assert_allclose(predict_on(*other, tmp_path / "model.keras", random_pixels()), ours, atol=1e-4)


def test_trainings_give_the_same_bytes_killed_or_not_and_what_they_give_opens_here(
    other, in_a_process, cohort, tmp_path
):
    """Table 1's network, one that takes the level as well, and one in mixed precision, in few processes."""
    backend, python = other
    plain = {"backend": backend, "network": NETWORK, "epochs": 3}
    levelled = {"backend": backend, "network": RESIDUAL, "width": 0.25, "epochs": 2} | RESIDUAL_TRAINING
    mixed = {"backend": backend, "precision": "mixed_bfloat16", "epochs": 1}
    assert in_a_process("whole", python, then={"one": levelled, "mixed": mixed}, **plain).wait() == 0
    process = in_a_process("killed", python, **plain)
    log = tmp_path / "killed.log"
    while process.poll() is None and "\nepoch 1" not in log.read_text():
        time.sleep(0.05)
    process.kill()
    process.wait()
    assert in_a_process("killed", python, then={"again": levelled}, **plain).wait() == 0
    assert "resumes after epoch" in log.read_text()
    assert digests(tmp_path / "killed") == digests(tmp_path / "whole")
    assert digests(tmp_path / "one") == digests(tmp_path / "again")

    for folder, takes_levels in (("whole", False), ("one", True)):
        table = records.read(tmp_path / folder / "predictions.parquet", PREDICTIONS).to_pylist()
        pixels = normalise(stored_pixels(cohort, table))
        levels = one_hot_levels([row["disc"].partition("-")[2] for row in table])
        model = keras.saving.load_model(tmp_path / folder / "model.keras")
        ours = model.predict_on_batch([pixels, levels] if takes_levels else pixels)
        np.testing.assert_allclose(ours, [row["outputs"] for row in table], atol=1e-4)
    history = records.read(tmp_path / "mixed" / "history.parquet", HISTORY).to_pylist()
    assert np.isfinite(history[0]["loss"])


def stored_pixels(cohort, table):
    """The samples of the rows of a table."""
    stored = {
        (row["disc"], row["copy"]): np.frombuffer(row["pixels"], "<u2").reshape(24, 24)
        for shard in cohort.samples
        for row in records.read(shard, sample_schema(24)).to_pylist()
    }
    return np.stack([stored[row["disc"], row["copy"]] for row in table])


@pytest.mark.parametrize("other", ["jax"], indirect=True)
def test_dilated_convolutions_and_their_gradients_are_those_of_keras(other):
    _, python = other
    environment = os.environ | {"KERAS_BACKEND": "jax", "PYTHONPATH": str(ROOT / "src")}
    subprocess.run([python, "-c", COMPARE], check=True, env=environment)

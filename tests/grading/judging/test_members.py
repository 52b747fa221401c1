"""The networks of a bundle: what they give, and that its bits depend on nothing else."""

import hashlib
import json
import subprocess
import sys
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from multiprocessing import get_context
from pathlib import Path

import numpy as np
import pytest
from tiny_bundle import RESOLUTION, network

from discgrade.grades import LEVELS
from discgrade.grading.bundle.files import BundleError
from discgrade.grading.bundle.opening import Bundle, open_bundle
from discgrade.grading.judging.members import Ensemble, Outputs
from discgrade.imaging.sampling import normalise

SRC = Path(__file__).parents[3] / "src"


def samples(count: int, seed: int = 1) -> np.ndarray:
    return np.random.default_rng(seed).integers(0, 65536, (count, RESOLUTION, RESOLUTION)).astype(np.uint16)


def bits(found: Outputs) -> str:
    arrays = (found.members, *found.embeddings)
    return hashlib.sha256(b"".join(np.ascontiguousarray(array).tobytes() for array in arrays)).hexdigest()


def graded_elsewhere(path: Path) -> str:
    return bits(Ensemble(open_bundle(path)).outputs(samples(5), LEVELS))


@pytest.fixture
def bundle(tiny_bundle):
    return open_bundle(tiny_bundle)


def test_each_member_gives_probabilities_and_an_embedding(bundle):
    found = Ensemble(bundle).outputs(samples(3), LEVELS[:3])
    assert found.members.shape == (2, 3, 13)
    assert [one.shape for one in found.embeddings] == [(3, 8), (3, 8)]
    np.testing.assert_allclose(found.members.sum(axis=2), 1, rtol=1e-6)


def test_a_member_computes_its_network(bundle):
    """The tiny network by hand: convolution, ReLU, mean, dense layer, softmax."""
    import onnx
    from onnx import numpy_helper

    model = onnx.load_from_string(network(2, 13))
    kernel, bias, dense, offset = map(numpy_helper.to_array, model.graph.initializer)
    image = normalise(samples(1))[0, :, :, 0].astype(float)
    windows = np.lib.stride_tricks.sliding_window_view(image, (5, 5))[::2, ::2]
    maps = np.maximum(np.einsum("hwij,kij->khw", windows, kernel[:, 0]) + bias[:, None, None], 0)
    logits = maps.mean((1, 2)) @ dense + offset
    found = Ensemble(bundle).outputs(samples(1), LEVELS[:1])
    np.testing.assert_allclose(found.embeddings[1][0], maps.mean((1, 2)), rtol=1e-5)
    np.testing.assert_allclose(found.members[1, 0], np.exp(logits) / np.exp(logits).sum(), rtol=1e-4)


def test_the_bits_of_a_disc_do_not_depend_on_its_neighbours(bundle):
    ensemble, all_samples, levels = Ensemble(bundle), samples(23), [LEVELS[number % 5] for number in range(23)]
    together = ensemble.outputs(all_samples, levels)
    for chosen in ([0], [22, 3], range(7, 20), range(22, -1, -1)):
        rows = list(chosen)
        apart = ensemble.outputs(all_samples[rows], [levels[row] for row in rows])
        np.testing.assert_array_equal(apart.members, together.members[:, rows])
        np.testing.assert_array_equal(apart.embeddings[0], together.embeddings[0][rows])


def test_the_bits_do_not_depend_on_threads(bundle):
    once = Ensemble(bundle).outputs(samples(5), LEVELS)
    assert bits(Ensemble(bundle, threads=4).outputs(samples(5), LEVELS)) == bits(once)


def test_the_bits_do_not_depend_on_processes(tiny_bundle):
    with ProcessPoolExecutor(2, mp_context=get_context("spawn")) as pool:
        elsewhere = set(pool.map(graded_elsewhere, [tiny_bundle] * 2))
    assert elsewhere == {graded_elsewhere(tiny_bundle)}


def test_no_disc_gives_nothing(bundle):
    assert Ensemble(bundle).outputs(samples(0), []).members.shape == (2, 0, 13)


def test_a_network_may_take_the_level(make_bundle):
    found = Ensemble(open_bundle(make_bundle(takes_level=True))).outputs(samples(1).repeat(5, axis=0), LEVELS)
    assert len(np.unique(found.members[0], axis=0)) == 5
    np.testing.assert_array_equal(found.embeddings[0][:, 8:], np.eye(5))


def test_a_level_that_no_network_knows(make_bundle):
    ensemble = Ensemble(open_bundle(make_bundle(takes_level=True)))
    with pytest.raises(ValueError, match=r"Invalid level. It should be one of L1/L2, .* Received: L5/L6"):
        ensemble.outputs(samples(1), ["L5/L6"])


def test_a_regression_gives_one_value(make_bundle):
    assert Ensemble(open_bundle(make_bundle(scale="continuous"))).outputs(samples(2), LEVELS[:2]).members.shape[2] == 1


def test_samples_of_another_side(bundle):
    with pytest.raises(ValueError, match=r"shape \(1, 24, 24\)\. Received: \(1, 32, 32\)"):
        Ensemble(bundle).outputs(np.zeros((1, 32, 32), np.uint16), LEVELS[:1])


def other_member(bundle: Bundle, content: bytes) -> Bundle:
    return replace(bundle, contents=dict.fromkeys(bundle.contents, content))


@pytest.mark.parametrize("content", [b"", b"no network", b"\0" * 1000])
def test_a_member_that_is_no_network(bundle, content):
    with pytest.raises(BundleError, match=r"default-fold-01-seed-1\.onnx is no network that onnxruntime can run"):
        Ensemble(other_member(bundle, content))


@pytest.mark.parametrize("other", [network(1, 5), network(1, 13, takes_level=True), network(1, 13, resolution=32)])
def test_a_member_that_is_another_network(bundle, other):
    with pytest.raises(BundleError, match=r"is not the network that bundle\.json tells of\. It should take and return"):
        Ensemble(other_member(bundle, other))


def test_neither_tensorflow_nor_pandas_is_needed(tiny_bundle):
    code = (
        "import json, sys; from pathlib import Path; import numpy as np\n"
        "from discgrade.grading.bundle.opening import open_bundle\n"
        "from discgrade.grading.judging.members import Ensemble\n"
        f"Ensemble(open_bundle(Path({str(tiny_bundle)!r}))).outputs(np.zeros((1, 24, 24), np.uint16), ['L4/L5'])\n"
        "print(json.dumps(sorted(sys.modules)))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], env={"PYTHONPATH": str(SRC)}, check=True, capture_output=True, text=True
    )
    heavy = {"tensorflow", "keras", "pandas", "sklearn", "matplotlib", "scipy", "snakemake"}
    assert heavy.isdisjoint(json.loads(done.stdout))

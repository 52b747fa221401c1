"""A bundle of two tiny random networks, made in a moment and without Keras."""

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from discgrade.grades import LEVELS, grades_of
from discgrade.grading.bundle.facts import (
    Ages,
    BundleFacts,
    Member,
    Preprocessing,
    Regions,
    ScoreFact,
    Span,
    Training,
)
from discgrade.grading.bundle.writing import write_bundle, zip_bundle
from discgrade.imaging.sampling import AS_READ
from discgrade.settings.groups.attribution import Dataset

RESOLUTION = 24
FILTERS = 8


def network(seed: int, outputs: int, takes_level: bool = False, resolution: int = RESOLUTION) -> bytes:
    """Return an ONNX network as a bundle's members are: a convolution, the mean of each map, a dense layer, softmax."""
    import onnx
    from onnx import TensorProto, helper, numpy_helper

    random = np.random.default_rng(seed)
    width = FILTERS + len(LEVELS) * takes_level
    weights = {
        "kernel": random.normal(0, 1, (FILTERS, 1, 5, 5)),
        "bias": random.normal(0, 0.2, FILTERS),
        "dense": random.normal(0, 1.5, (width, outputs)),
        "offset": random.normal(0, 0.1, outputs),
    }
    image = helper.make_tensor_value_info("image", TensorProto.FLOAT, ["batch", resolution, resolution, 1])
    level = helper.make_tensor_value_info("level", TensorProto.FLOAT, ["batch", len(LEVELS)])
    pooled = "pooled" if takes_level else "embedding"
    nodes = [
        helper.make_node("Transpose", ["image"], ["planes"], perm=[0, 3, 1, 2]),
        helper.make_node("Conv", ["planes", "kernel", "bias"], ["maps"], strides=[2, 2]),
        helper.make_node("Relu", ["maps"], ["bent"]),
        helper.make_node("ReduceMean", ["bent"], [pooled], axes=[2, 3], keepdims=0),
        *([helper.make_node("Concat", ["pooled", "level"], ["embedding"], axis=1)] if takes_level else []),
        helper.make_node("Gemm", ["embedding", "dense", "offset"], ["logits" if outputs > 1 else "outputs"]),
        *([helper.make_node("Softmax", ["logits"], ["outputs"], axis=1)] if outputs > 1 else []),
    ]
    graph = helper.make_graph(
        nodes,
        "tiny",
        [image, level] if takes_level else [image],
        [
            helper.make_tensor_value_info("outputs", TensorProto.FLOAT, ["batch", outputs]),
            helper.make_tensor_value_info("embedding", TensorProto.FLOAT, ["batch", width]),
        ],
        [numpy_helper.from_array(value.astype(np.float32), name) for name, value in weights.items()],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 15)], ir_version=8)
    onnx.checker.check_model(model)
    return model.SerializeToString()


def tiny_facts(members: Sequence[bytes], scale: str = "fractional", takes_level: bool = False) -> BundleFacts:
    """Return facts about some networks: a study of 40 patients that never was."""
    return BundleFacts(
        version=1,
        name="tiny",
        discgrade="2.0.0",
        created="2026-01-31",
        scale=scale,
        grades=tuple(grades_of(scale).tolist()),
        decoding="argmax",
        levels=LEVELS,
        preprocessing=Preprocessing(RESOLUTION, "square", "edge", (AS_READ,)),
        members=tuple(_member(number, content, takes_level) for number, content in enumerate(members, 1)),
        calibration=None,
        novelty=None,
        training=Training(
            patients=40,
            discs=200,
            grades={"1": 20, "2": 60, "3": 60, "4": 40, "5": 20},
            levels=dict.fromkeys(LEVELS, 40),
            manufacturers={"SIEMENS": 150, "Philips": 50},
            field_strengths={"1.5": 150, "3": 50},
            ages=Ages(20.0, 51.0, 88.0),
            sexes={"F": 22, "M": 18},
            readers=1,
            regions=Regions(
                width=Span(30.0, 60.0),
                height=Span(18.0, 45.0),
                aspect=Span(0.9, 2.2),
                spacing=Span(0.4, 0.9),
                contrast=Span(0.3, 0.9),
                obliquity=Span(0.0, 12.0),
            ),
        ),
        scores=(ScoreFact("kappa_linear", 0.61, 0.52, 0.69, 0.9973, 200, "out-of-fold predictions of single members"),),
        noise_ceiling=(ScoreFact("kappa_linear", 0.83, 0.75, 0.9, 0.9973, 60, "two readings by one rater"),),
        licence="https://creativecommons.org/licenses/by/4.0/",
        citation="Nobody, 2026",
        dataset=Dataset("An invented cohort", "Nobody was scanned", "https://example.org/", None),
        ethics=None,
        intended_use="Tests.",
        limits=("Its networks are random.",),
        parent=None,
        provenance="0" * 64,
    )


def _member(number: int, content: bytes, takes_level: bool) -> Member:
    split = f"fold-{number:02d}"
    return Member(
        file=f"members/default-{split}-seed-1.onnx",
        sha256=hashlib.sha256(content).hexdigest(),
        run=f"default/{RESOLUTION}px/share-1/{split}/seed-1",
        variant="default",
        split=split,
        seed=1,
        takes_level=takes_level,
        embedding=FILTERS + len(LEVELS) * takes_level,
    )


def write_tiny(
    folder: Path,
    *,
    scale: str = "fractional",
    takes_level: bool = False,
    more: Mapping[str, bytes] | None = None,
    **facts: object,
) -> Path:
    """Write a bundle of two networks and `more` files, and `folder` ending in .zip; `facts` override the facts."""
    outputs = 1 if scale == "continuous" else len(grades_of(scale))
    members = [network(seed, outputs, takes_level) for seed in (1, 2)]
    told = replace(tiny_facts(members, scale, takes_level), **facts)
    contents = {member.file: content for member, content in zip(told.members, members, strict=True)}
    write_bundle(told, contents | dict(more or {}), folder)
    zip_bundle(folder, folder.with_suffix(".zip"))
    return folder


@pytest.fixture(scope="session")
def tiny_bundle(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A bundle of two tiny random networks on the fractional scale, 24 px: to read, not to change."""
    return write_tiny(tmp_path_factory.mktemp("bundle") / "tiny")


@pytest.fixture
def make_bundle(tmp_path: Path) -> Callable[..., Path]:
    """The function that writes such a bundle with other facts, scale or with networks that take the level."""
    return lambda name="bundle", **changes: write_tiny(tmp_path / name, **changes)

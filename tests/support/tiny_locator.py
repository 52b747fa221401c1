"""A locator that finds marks: each level's disc is a spot of one grey value, the canal a bright stripe behind it."""

import hashlib
from pathlib import Path
from typing import Any

import numpy as np
from graded_scans import COLUMNS, ROWS
from scans import header, save
from tiny_bundle import write_tiny

from discgrade.grading.bundle.facts import LocatorMember
from discgrade.imaging.box import Box
from discgrade.imaging.locating.facts import Expected, LocatorFacts
from discgrade.keyed import uid

LEVELS = ("L5/S1", "L4/L5", "L3/L4")
BOXES = {level: Box(10, 59 - 25 * number, 40, 22) for number, level in enumerate(LEVELS)}
"""Where `spine` paints the discs."""

_GREYS = dict(zip(LEVELS, (600, 700, 800), strict=True))
_MARROW, _FLUID = 200, 1000
_SIDE, _CELLS = 48, 24
_SHARP, _SURE = 1000.0, 8.0


def locator_facts(threshold: float = 0.5) -> LocatorFacts:
    width, height = (28.0, 3.0), (15.4, 2.0)
    step = Expected(width, height, (0.0, 2.0), (17.5, 2.0))
    return LocatorFacts(_SIDE, 1.4, _CELLS, LEVELS, (step, step, Expected(width, height, None, None)), threshold)


def locator_network() -> bytes:
    """Return the ONNX network: a cell's logit falls with the square of its distance from the level's grey value."""
    import onnx
    from onnx import TensorProto, helper, numpy_helper

    greys = np.array([_GREYS[level] for level in LEVELS]) / 500 - 1
    linear = np.zeros((len(LEVELS) + 4, 2, 1, 1), np.float32)
    linear[: len(LEVELS), 0, 0, 0], linear[: len(LEVELS), 1, 0, 0] = 2 * _SHARP * greys, -_SHARP
    quarter = _SIDE / 4
    offset = [*(_SURE - _SHARP * greys**2), 0, 0, np.log(20 / quarter), np.log(11 / quarter)]
    nodes = [
        helper.make_node("Transpose", ["image"], ["planes"], perm=[0, 3, 1, 2]),
        helper.make_node("AveragePool", ["planes"], ["cells"], kernel_shape=[2, 2], strides=[2, 2]),
        helper.make_node("Mul", ["cells", "cells"], ["squares"]),
        helper.make_node("Concat", ["cells", "squares"], ["both"], axis=1),
        helper.make_node("Conv", ["both", "linear", "offset"], ["logits"]),
        helper.make_node("Transpose", ["logits"], ["maps"], perm=[0, 2, 3, 1]),
    ]
    shapes = {"image": ["batch", _SIDE, _SIDE, 1], "maps": ["batch", _CELLS, _CELLS, len(LEVELS) + 4]}
    image, maps = (helper.make_tensor_value_info(name, TensorProto.FLOAT, shape) for name, shape in shapes.items())
    weights = [numpy_helper.from_array(linear, "linear"), numpy_helper.from_array(np.float32(offset), "offset")]
    graph = helper.make_graph(nodes, "marks", [image], [maps], weights)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 15)], ir_version=8)
    onnx.checker.check_model(model)
    return model.SerializeToString()


def write_locating(folder: Path, **facts: Any) -> Path:
    """Write the tiny bundle with this locator."""
    network = locator_network()
    member = LocatorMember("locator.onnx", hashlib.sha256(network).hexdigest(), locator_facts())
    return write_tiny(folder, more={member.file: network}, **({"locator": member} | facts))


def spine(canal: int = 8, levels: tuple[str, ...] = LEVELS) -> np.ndarray:
    """Return a slice with the marks of some levels and a canal of so many columns."""
    pixels = np.full((ROWS, COLUMNS), _MARROW)
    pixels[:, :6] = 0
    pixels[:, 52 : 52 + canal] = _FLUID
    pixels[:, 72:] = _FLUID
    for level in levels:
        box = BOXES[level]
        x, y = int(box.x + box.width / 2), int(box.y + box.height / 2)
        pixels[y - 4 : y + 4, x - 4 : x + 4] = _GREYS[level]
    return pixels


def spine_study(
    folder: Path,
    patient: str,
    canals: tuple[int, ...] = (0, 4, 8, 4, 0),
    levels: tuple[str, ...] = LEVELS,
    noise: int = 0,
    **changes: Any,
) -> list[str]:
    """Write a sagittal T2 series with marks, a slice for each width of the canal; returns the SOP Instance UIDs.

    With noise, greys differ by less than so much, each patient's otherwise.
    """
    random = np.random.default_rng([ord(letter) for letter in patient])
    said = {
        "PatientID": patient,
        "StudyInstanceUID": uid("study", patient),
        "SeriesInstanceUID": uid("series", patient, str(changes.get("SeriesNumber", 3))),
        "Manufacturer": "SIEMENS",
        "MagneticFieldStrength": "1.5",
        "Rows": ROWS,
        "Columns": COLUMNS,
    } | changes
    images = [header(number, **said) for number in range(1, len(canals) + 1)]
    for image, canal in zip(images, canals, strict=True):
        name = f"{image.SeriesNumber}-{image.InstanceNumber}.dcm"
        pixels = spine(canal, levels)
        save(folder / patient / name, image, pixels + random.integers(0, noise, pixels.shape) if noise else pixels)
    return [image.SOPInstanceUID for image in images]

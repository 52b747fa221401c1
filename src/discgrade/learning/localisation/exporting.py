"""The locator as an ONNX file: compared with Keras on a study's slices before it is let out.

Keras is imported only once data and settings have passed their checks.
"""

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TextIO

import numpy as np
import onnxruntime

from discgrade.imaging.locating.facts import read_facts
from discgrade.imaging.sampling import normalise
from discgrade.learning.localisation.slices import read_slices
from discgrade.learning.loop.backend import start_backend
from discgrade.learning.loop.progress import say
from discgrade.settings.groups.locator import Locator
from discgrade.settings.locating import locator_training
from discgrade.settings.model import Training

CLOSE = 1e-3
"""Largest difference between a value of the maps by Keras and by the exported network: of logits and logarithms."""
COMPARED = 64
"""Slices on which they are compared, spread over the study."""


def export_locator(
    *,
    model: Path,
    facts: Path,
    slices: Sequence[Path],
    locator: Locator,
    training: Training,
    destination: Path,
    log: TextIO | None = None,
) -> None:
    """Export a locator.

    Args:
        model: Its Keras model.
        facts: What goes with it.
        slices: Shards of slices.
        locator: The locator's settings.
        training: Any training of the study.
        destination: ONNX file to write: input `image`, output `maps`, as `imaging.locating.facts` tells.
        log: Where the difference is told; standard error if None.

    Raises:
        ValueError: if the exported network does not compute what Keras does.
    """
    known = read_facts(facts)
    data = read_slices(slices, known)
    # By TensorFlow whatever trained the network, and in single precision.
    start_backend(locator_training(locator, training, exporting=True))
    from discgrade.learning.localisation.network import build_network  # noqa: PLC0415 - these import Keras
    from discgrade.learning.loop.onnx_file import named_outputs, save_onnx  # noqa: PLC0415

    network = build_network(known.side, len(known.levels), locator.width)
    network.load_weights(model)
    save_onnx(named_outputs(network, "image", "maps"), destination)
    chosen = np.linspace(0, len(data.keys) - 1, min(COMPARED, len(data.keys))).round().astype(int)
    images = normalise(data.pixels[chosen])
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    session = onnxruntime.InferenceSession(destination, options, providers=["CPUExecutionProvider"])
    (maps,) = session.run(["maps"], {"image": images})
    difference = float(np.abs(maps - np.asarray(network(images, training=False))).max())
    if not difference <= CLOSE:
        destination.unlink()
        raise ValueError(
            f"The exported locator should give what Keras gives, within {CLOSE:g}. Received: a difference of "
            f"{difference:.2g} on {len(chosen)} slices"
        )
    say(log or sys.stderr, f"within {difference:.1g} of Keras on {len(chosen)} slices")

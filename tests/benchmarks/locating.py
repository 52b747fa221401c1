"""How fast a locator is: slices a second, and the time of a stack.

    python tests/benchmarks/locating.py [BUNDLE] [--threads 2] [--slices 15]

Without a bundle it is a network of config.yaml's size with the weights that it starts from. Goals on two cores: 50
slices a second, a stack of 15 slices in less than half a second.
"""

import argparse
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).parents[2] / "src"))

from discgrade.grading.bundle.opening import open_bundle
from discgrade.grading.locating.locator import Locator, locator_of
from discgrade.imaging.locating.facts import Expected, LocatorFacts

LEVELS = ("L5/S1", "L4/L5", "L3/L4", "L2/L3", "L1/L2")
SIZE = (57.0, 8.0)


def untrained(threads: int) -> Locator:
    """Return a locator of the usual size that has learned nothing."""
    from discgrade.learning.localisation.network import build_network
    from discgrade.learning.loop.onnx_file import named_outputs, save_onnx

    step, top = Expected(SIZE, SIZE, (0.0, 5.0), (35.0, 5.0)), Expected(SIZE, SIZE, None, None)
    facts = LocatorFacts(128, 2.2, 32, LEVELS, (step, step, step, step, top), 0.5)
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "locator.onnx"
        save_onnx(named_outputs(build_network(128, len(LEVELS)), "image", "maps"), file)
        return Locator(file.read_bytes(), facts, threads)


def main() -> None:
    """Print the times."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("bundle", nargs="?", type=Path)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--slices", type=int, default=15)
    given = parser.parse_args()
    locator = locator_of(open_bundle(given.bundle), given.threads) if given.bundle else untrained(given.threads)
    if locator is None:
        parser.error(f"{given.bundle} holds no locator")
    stack = list(np.random.default_rng(1).random((given.slices, 384, 384), np.float32))
    times = []
    for _ in range(10):
        start = time.perf_counter()
        locator(stack, (0.7, 0.7))
        times.append(time.perf_counter() - start)
    best, middle = min(times), sorted(times)[len(times) // 2]
    print(f"{given.slices} slices of 384 x 384 px on {given.threads} threads: {middle:.3f} s ({best:.3f} s at best)")
    print(f"{given.slices / middle:.0f} slices a second ({given.slices / best:.0f} at best)")


if __name__ == "__main__":
    main()

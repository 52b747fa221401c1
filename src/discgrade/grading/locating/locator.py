"""The locator of a bundle, run by onnxruntime: the same bits on every run, whatever runs beside.

Each slice goes through the network alone, in one thread; threads only take slices side by side.
"""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from discgrade.grading.bundle.files import BundleError
from discgrade.grading.bundle.opening import Bundle
from discgrade.grading.judging.networks import start_session
from discgrade.imaging.locating.decoding import find_discs
from discgrade.imaging.locating.facts import LocatorFacts
from discgrade.imaging.locating.found import Found
from discgrade.imaging.locating.input import Spacing, locator_input
from discgrade.imaging.locating.refusal import refuse_lone_discs, refuse_other_weightings, refuse_picture

Grey = NDArray[np.float32]
CHANNELS = 4
"""Channels of the output beyond the levels' (`imaging.locating.facts`)."""


class Locator:
    """A locator at work.

    Args:
        network: Its ONNX file.
        facts: What goes with it.
        threads: How many slices go through it side by side; no bit depends on it.
        lapse: Share of its boxes that are wrong however sure it is: its probabilities are 1 - lapse times as large.

    Raises:
        BundleError: if it is no network, or none that takes and gives what the facts say.
    """

    def __init__(self, network: bytes, facts: LocatorFacts, threads: int = 1, lapse: float = 0.0) -> None:
        self.facts = facts
        self._threads, self._holds = threads, 1 - lapse
        try:
            self._session = start_session(network)
        except ValueError as error:
            raise BundleError(f"The locator is {error}") from None
        given = {one.name: one.shape[1:] for one in (*self._session.get_inputs(), *self._session.get_outputs())}
        cells, side = facts.cells, facts.side
        expected = {"image": [side, side, 1], "maps": [cells, cells, len(facts.levels) + CHANNELS]}
        if given != expected:
            raise BundleError(
                f"The locator is not the network that bundle.json tells of. It should take and return {expected}. "
                f"Received: {given}"
            )

    def __call__(self, slices: Sequence[Grey], spacing: Spacing) -> list[Found]:
        """Return what is on each of some upright slices.

        Args:
            slices: Grey values of upright slices, front on the left, head above.
            spacing: Row and column spacing in mm as shown; None where unknown.
        """
        with ThreadPoolExecutor(self._threads) as pool:
            return list(pool.map(lambda pixels: self._find(pixels, spacing), slices))

    def _find(self, pixels: Grey, spacing: Spacing) -> Found:
        refused = refuse_picture(pixels, spacing)
        if refused is not None:
            return refused
        image, placement = locator_input(pixels, spacing, self.facts)
        (maps,) = self._session.run(["maps"], {"image": image[None, :, :, None]})
        levels = len(self.facts.levels)
        found = refuse_lone_discs(find_discs(maps[0], placement, self.facts), levels)
        strength = float(maps[0, :, :, :levels].max(axis=(0, 1)).mean())
        discs = tuple(replace(disc, probability=self._holds * disc.probability) for disc in found.discs)
        return replace(refuse_other_weightings(pixels, replace(found, discs=discs)), strength=strength)


def locator_of(bundle: Bundle, threads: int = 1) -> Locator | None:
    """Return the locator of a bundle, ready to run; None if it holds none.

    Raises:
        BundleError: if it cannot be used.
    """
    member = bundle.facts.locator
    return None if member is None else Locator(bundle.member(member.file), member.facts, threads, member.lapse)

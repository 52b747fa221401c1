"""Where else a disc's region might lie: its box moved by two pixels, and the same box on the neighbouring slices."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Literal

from discgrade.imaging.box import Box
from discgrade.imaging.dicom import Slice
from discgrade.imaging.frames import Frame
from discgrade.imaging.roi import Roi, extract
from discgrade.imaging.stacks import Stack
from discgrade.settings.model import Region

Move = Literal["left", "right", "up", "down", "slice before", "slice after"]

STEP = 2
"""Pixels by which a box moves."""
BOXES: dict[Move, tuple[int, int]] = {"left": (-STEP, 0), "right": (STEP, 0), "up": (0, -STEP), "down": (0, STEP)}
"""Pixels to the right and down on the slice as it is stored."""
SLICES: dict[Move, int] = {"slice before": -1, "slice after": 1}
"""Slices further on in the stack."""


def moved_boxes(image: Slice, box: Box, region: Region) -> Iterator[tuple[Move, Roi]]:
    """Yield the regions of a moved box; a move that leads out of the slice is left out."""
    for move, (right, down) in BOXES.items():
        try:
            yield move, extract(image, replace(box, x=box.x + right, y=box.y + down), region)
        except ValueError:
            continue


def neighbours(stacks: Sequence[Stack], image: tuple[str, int]) -> Iterator[tuple[Move, Frame]]:
    """Yield the slices on both sides of one, as far as its stack has them.

    Args:
        stacks: The slices of a study.
        image: SOP Instance UID and frame of a slice.
    """
    for stack in stacks:
        places = [(one.instance, one.frame) for one in stack.slices]
        if image not in places:
            continue
        here = places.index(image)
        for move, step in SLICES.items():
            if 0 <= here + step < len(places):
                yield move, stack.slices[here + step]

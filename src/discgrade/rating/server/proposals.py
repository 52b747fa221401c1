"""Boxes that a bundle's locator proposes on the raters' page: where discs are, never how they look.

A locator knows no grade, and its network is not among those that grade. What it proposes is worked out once a study,
before the study is shown, and without the desk's lock.
"""

import threading
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np

from discgrade.imaging.box import Box
from discgrade.imaging.locating.middle import Middle
from discgrade.imaging.locating.stack import Find, Located, locate
from discgrade.rating.scans.catalogue import Study
from discgrade.rating.scans.pixels import decoded

_MOST_SLICES = 256


class Proposals:
    """What a locator finds in the studies of a folder.

    Args:
        find: The locator.
        name: Stands for the bundle in the versions that readings keep.
        source: Folder of scans.
    """

    def __init__(self, find: Find, name: str, source: Path) -> None:
        self.name = name
        self._find, self._source = find, source
        self._found: dict[str, Located] = {}
        self._locks: dict[str, threading.Lock] = {}
        self._lock = threading.Lock()
        self._ahead = ThreadPoolExecutor(1, "proposals")

    def prepare(self, study: Study) -> None:
        """Work out what is proposed in a study, unless it is known."""
        with self._lock:
            lock = self._locks.setdefault(study.word, threading.Lock())
        with lock:
            if study.word not in self._found:
                self._found[study.word] = self._located(study)

    def prepare_ahead(self, studies: Sequence[Study]) -> None:
        """Work out in the background what is proposed in studies that may be opened next."""
        for study in studies:
            if study.word not in self._found:
                self._ahead.submit(self.prepare, study)

    def of(self, study: Study) -> Located | None:
        """Return what is proposed in a study, on its chosen series; None if it is not worked out."""
        return self._found.get(study.word)

    def _located(self, study: Study) -> Located:
        if study.choice.number is None:
            return Located((), Middle(None, "no series fits"))
        stack = study.stacks[study.choice.number]
        if len(stack.slices) > _MOST_SLICES:
            return Located((), Middle(None, "too many slices"))
        try:
            shown = [decoded(self._source / one.path, one.frame).grey for one in stack.slices]
        except ValueError as error:
            return Located((), Middle(None, str(error)))
        spacing = stack.turn.shape(stack.first.row_spacing, stack.first.column_spacing)
        return locate([np.ascontiguousarray(stack.turn.pixels(one)) for one in shown], spacing, self._find)


def proposed(located: Located, levels: Sequence[str], drawn: Mapping[str, Box]) -> dict[str, Box]:
    """Return the boxes that are proposed for discs, by level.

    None where a rater has drawn a box over that of another level: then the rater counts the levels otherwise.

    Args:
        located: What the locator found.
        levels: The discs' levels.
        drawn: Boxes that are drawn, by level, on the slice as shown.
    """
    boxes = {disc.level: disc.box for _, disc in located.discs}
    for level, box in drawn.items():
        x, y = box.x + box.width / 2, box.y + box.height / 2
        nearest = min(boxes, key=lambda name: _distance(boxes[name], x, y), default=level)
        if nearest != level:
            return {}
    return {level: boxes[level] for level in levels if level in boxes and level not in drawn}


def _distance(box: Box, x: float, y: float) -> float:
    return float(np.hypot(box.x + box.width / 2 - x, box.y + box.height / 2 - y))

"""Processes that work next to this one.

They start before this process has imported what the work needs, and import it meanwhile: this module takes no time.
"""

import os
import warnings
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from contextlib import contextmanager
from importlib import import_module
from itertools import islice
from multiprocessing import get_context
from pathlib import Path
from signal import SIG_BLOCK, SIG_DFL, SIG_IGN, SIG_SETMASK, SIG_UNBLOCK, SIGINT, getsignal, pthread_sigmask, signal
from typing import Self, TypeVar

from discgrade.host import collect_rarely, die_with_parent
from discgrade.imaging.walking import walk

Given = TypeVar("Given")
Made = TypeVar("Made")

_FEW_FILES = 300
"""Files below which a second process would not be there before the first is done."""
_AHEAD = 2
"""Items that each other process has, the one at work among them."""
_MOST_WAITING = 64
"""Items that may wait for an earlier one to be done: memory does not grow with their number."""


class Workers:
    """This process, and others that take their share.

    Args:
        count: Number of processes, this one among them.
    """

    def __init__(self, count: int) -> None:
        self._others = count - 1
        self._pool = ProcessPoolExecutor(self._others, get_context("spawn"), _begin) if self._others else None
        if self._pool is not None:
            with _deaf():
                for _ in range(self._others):
                    self._pool.submit(_prepare)  # a process starts with the first work that there is for it

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self._pool is not None:
            self._pool.shutdown(cancel_futures=True)

    def each(self, function: Callable[[Given], Made], items: Iterable[Given]) -> Iterator[Made]:
        """Yield what a function makes of items, in their order; few items are taken before their turn."""
        if self._pool is None:
            yield from map(function, items)
            return
        source, waiting = iter(items), deque[Future[Made]]()
        while True:
            free = self._others * _AHEAD - sum(not one.done() for one in waiting)
            waiting.extend(self._pool.submit(function, item) for item in islice(source, free))
            if not waiting:
                return
            # While the first is not done, this process takes an item as well.
            idle = not waiting[0].done() and len(waiting) < _MOST_WAITING
            own = [_done(function(item)) for item in islice(source, int(idle))]
            waiting.extend(own)
            if not own:
                yield waiting.popleft().result()


@contextmanager
def _deaf() -> Iterator[None]:
    """Start processes that Ctrl+C reaches once they are ready, not before: they would say so one after another."""
    before = pthread_sigmask(SIG_BLOCK, {SIGINT})
    try:
        yield
    finally:
        pthread_sigmask(SIG_SETMASK, before)


def _done(made: Made) -> Future[Made]:
    """Return what is made like what another process makes."""
    future = Future[Made]()
    future.set_result(made)
    return future


def _begin() -> None:
    if getsignal(SIGINT) != SIG_IGN:  # as it is for what runs in the background
        signal(SIGINT, SIG_DFL)  # from here on it ends them, without a word
    pthread_sigmask(SIG_UNBLOCK, {SIGINT})
    os.umask(0o077)
    die_with_parent()
    collect_rarely()
    be_quiet()


def _prepare() -> None:
    import_module("discgrade.grading.running.work")


def be_quiet() -> None:
    """Let no library write its warnings: they may quote a header, or name a file after a patient."""
    warnings.simplefilter("ignore")


def how_many(asked: int | None, scans: Path, follow_links: bool) -> int:
    """Return how many processes are worth it.

    Args:
        asked: As the command was told, of which no more than there are files; None: one for each core, and no more than
            the files are worth.
        scans: Folder of scans.
        follow_links: Whether links that lead out of it are followed.
    """
    most = asked or len(os.sched_getaffinity(0))
    files = sum(1 for _ in islice(walk(scans, follow_links), most if asked else most * _FEW_FILES))
    return min(most, max(files, 1) if asked else 1 + files // _FEW_FILES)

"""What the terminal shows next to Snakemake's own lines: how far long jobs have come, and why a job was killed.

A job tells how far it has come in one line of a small file next to its log. Snakemake's process shows the files of the
jobs that run in the last lines of its terminal. Nothing here decides a result.
"""

import atexit
import logging
import os
import re
import threading
import time
from collections.abc import Sequence
from pathlib import Path
from typing import TextIO

SUFFIX = ".progress"
"""What the name of the small file ends in; the rest is the log's."""

_EVERY = 0.5
_PLAINLY_EVERY = 10.0
_KILLED = re.compile(r"<Signals\.SIGKILL: 9>|exit status (?:137|-9)\b")
_WHY_KILLED = (
    "It was killed from outside, mostly because the machine, or its share of it, had no memory left. Let fewer jobs "
    "run at once (--cores 1), or give it more memory, and run it again: a training resumes after its last epoch"
)


class Screen:
    """A terminal whose last lines change; all else is written above them.

    The cursor rests on an empty line above the changing ones, so that what other processes write is not wiped away.

    Args:
        stream: The terminal.
    """

    def __init__(self, stream: TextIO) -> None:
        self.stream = stream
        self.movable = os.environ.get("TERM", "dumb") != "dumb"
        self._lock = threading.RLock()
        self._shown: list[str] = []
        self._at_start = True

    def __getattr__(self, name: str) -> object:
        """Return what the stream has."""
        return getattr(self.stream, name)

    def write(self, text: str) -> int:
        """Write text in place of the changing lines, which return with the next `show`."""
        with self._lock:
            self._wipe()
            self._at_start = text.endswith("\n")
            return self.stream.write(text)

    def show(self, lines: Sequence[str]) -> None:
        """Show lines in place of those that were shown before."""
        with self._lock:
            if not self.movable:
                self.stream.writelines(f"{line}\n" for line in lines)
            elif self._at_start and list(lines) != self._shown:
                self._wipe()
                columns, rows = os.get_terminal_size(self.stream.fileno())
                self._shown = list(lines)
                fitting = [line[: columns - 1] for line in lines[: rows - 2]]
                if fitting:
                    self.stream.write("".join(f"\n{line}" for line in fitting) + f"\x1b[{len(fitting)}A\r")
            self.stream.flush()

    def _wipe(self) -> None:
        if self._shown:
            self.stream.write("\r\x1b[J")
            self._shown = []


class Running(logging.Handler):
    """The jobs that run, by what Snakemake logs of them."""

    def __init__(self) -> None:
        super().__init__()
        self.logs: dict[int, Path] = {}

    def emit(self, record: logging.LogRecord) -> None:
        """Take note of a job that starts or ends."""
        event = getattr(getattr(record, "event", None), "value", None)
        if event == "job_info" and (logs := getattr(record, "log", None)):
            self.logs[record.jobid] = Path(logs[0])  # type: ignore[attr-defined]
        elif event in ("job_finished", "job_error"):
            self.logs.pop(getattr(record, "job_id", getattr(record, "jobid", -1)), None)

    def lines(self, folder: Path) -> list[str]:
        """Return how far each job has come that tells it, with the name of its log below a folder."""
        told = {}
        for log in sorted(list(self.logs.values())):  # noqa: C414 - another thread changes it
            if log.is_relative_to(folder) and (text := _line_of(log)):
                told["/".join(log.with_suffix("").relative_to(folder).parts[1:])] = text
        width = max(map(len, told.values()), default=0)
        return [f"{text:{width}}  {name}" for name, text in told.items()]


def _line_of(log: Path) -> str:
    try:
        return log.with_suffix(SUFFIX).read_text(encoding="utf-8")
    except OSError:
        return ""


def show_progress(logger: logging.Logger, folder: Path) -> None:
    """Show how far jobs have come while Snakemake runs, if it writes to a terminal.

    Args:
        logger: Snakemake's own.
        folder: Where the logs of jobs lie.
    """
    handlers = [handler for handler in logger.handlers if isinstance(handler, logging.StreamHandler)]
    for handler in handlers:
        if not isinstance(handler.stream, Screen) and handler.stream.isatty():
            screen, running = Screen(handler.stream), Running()
            handler.setStream(screen)
            logger.addHandler(running)
            threading.Thread(target=_keep_showing, args=(screen, running, folder), daemon=True).start()
            atexit.register(screen.show, [])


def _keep_showing(screen: Screen, running: Running, folder: Path) -> None:
    while True:
        time.sleep(_EVERY if screen.movable else _PLAINLY_EVERY)
        screen.show(running.lines(folder))


def explain_kills(logger: logging.Logger) -> None:
    """Have a logger say what to do about a job that was killed.

    Args:
        logger: Snakemake's own.
    """
    logger.addFilter(_explained)


def _explained(record: logging.LogRecord) -> bool:
    text = str(record.msg)
    if record.levelno >= logging.ERROR and _KILLED.search(text) and _WHY_KILLED not in text:
        record.msg = f"{text}\n{_WHY_KILLED}"
    return True

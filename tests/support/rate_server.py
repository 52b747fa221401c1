"""`discgrade rate` as a process of its own, and a program that asks it."""

import json
import os
import signal
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.client import HTTPException
from pathlib import Path
from typing import Any

SRC = Path(__file__).parents[2] / "src"


def discgrade(*words: object, **options: Any) -> subprocess.CompletedProcess[str]:
    """Run a command to its end."""
    return subprocess.run(
        [sys.executable, "-m", "discgrade", *map(str, words)],
        env=os.environ | {"PYTHONPATH": str(SRC)},
        check=False,
        capture_output=True,
        text=True,
        **options,
    )


@dataclass
class Server:
    """A server that runs.

    Attributes:
        process: Its process.
        addresses: What it printed, line by line.
        secret: Of the rater who asks.
        window: Token of the window that acts.
    """

    process: subprocess.Popen[str]
    addresses: list[str]
    secret: str
    window: str = ""

    @property
    def origin(self) -> str:
        return self.addresses[0].rpartition(" ")[2].partition("/?key=")[0]

    @property
    def port(self) -> int:
        return int(self.origin.rpartition(":")[2])

    def ask(self, path: str, body: Any = None, **headers: str) -> tuple[int, bytes, Any]:
        """Ask, and return status, content and headers; ConnectionError if nobody answers."""
        sent = {"Authorization": f"Bearer {self.secret}"} | {k.replace("_", "-"): v for k, v in headers.items()}
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(self.origin + path, data=data, headers=sent)
        try:
            with urllib.request.urlopen(request, timeout=30) as answer:
                return answer.status, answer.read(), answer.headers
        except urllib.error.HTTPError as error:
            return error.code, error.read(), error.headers
        except (OSError, HTTPException) as error:
            raise ConnectionError from error

    def json(self, path: str, body: Any = None) -> Any:
        return json.loads(self.ask(path, body)[1])

    def open(self) -> None:
        """Open a window, and take over from any other."""
        self.window = self.json("/api/window", {"take": True})["window"]

    def act(self, item: str, word: str, kind: str, **what: Any) -> tuple[int, Any]:
        status, body, _ = self.ask(
            "/api/actions", {"window": self.window, "id": word, "item": item, "kind": kind, **what}
        )
        return status, json.loads(body)

    def kill(self) -> None:
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()


@contextmanager
def serving(scans: Path, study: Path, *words: object, rater: int = 0) -> Iterator[Server]:
    """Run `discgrade rate` until the block ends."""
    lines = 1
    if "--raters" in words:
        lines = len(Path(str(words[words.index("--raters") + 1])).read_text().splitlines()) - 1
    process = subprocess.Popen(
        [sys.executable, "-m", "discgrade", "rate", scans, "--study", study, "--port", "0", *map(str, words)],
        env=os.environ | {"PYTHONPATH": str(SRC)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        assert process.stdout is not None
        addresses = [process.stdout.readline().strip() for _ in range(lines)]
        if not addresses[0]:
            raise AssertionError(process.communicate()[1])
        yield Server(process, addresses, addresses[rater].partition("?key=")[2])
    finally:
        process.kill()
        process.communicate()

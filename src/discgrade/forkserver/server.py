"""The process that forks short jobs: `python -m discgrade.forkserver.server ADDRESS`; it dies with its parent."""

import gc
import json
import os
import runpy
import selectors
import signal
import socket
import struct
import sys
import traceback
from dataclasses import dataclass
from importlib import import_module
from typing import NoReturn, TypedDict

from discgrade.forkserver.client import LENGTH
from discgrade.host import die_with_parent

SHARED = (
    *("numpy", "pandas", "pyarrow.parquet", "pyarrow.compute", "fontTools.subset", "PIL.Image"),
    *("matplotlib.figure", "matplotlib.style", "matplotlib.backends.backend_agg"),
    *("matplotlib.backends.backend_pdf", "matplotlib.backends.backend_svg"),
    *("snakemake.logging", "snakemake.iocontainers"),
)
"""What jobs share: libraries that begin no thread when they are imported, since a fork has its first thread alone.

The one that Arrow's allocator jemalloc keeps for itself knows of forks.
"""


class Request(TypedDict):
    """What a client asks for.

    Attributes:
        script: The script to run.
        folder: Where.
        environment: All variables of its environment.
    """

    script: str
    folder: str
    environment: dict[str, str]


@dataclass(frozen=True)
class Job:
    """A forked job.

    Attributes:
        process: Its process.
        ended: Becomes readable when it ends.
        client: Who waits for it; becomes readable when it dies.
    """

    process: int
    ended: int
    client: socket.socket


def serve(address: str) -> NoReturn:
    """Import what jobs share, then fork one for each client."""
    die_with_parent()
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    with socket.socket(socket.AF_UNIX) as entry, selectors.DefaultSelector() as watched:
        entry.bind(f"\0{address}")
        entry.listen(1024)
        for name in SHARED:
            import_module(name)
        gc.freeze()
        watched.register(entry, selectors.EVENT_READ)
        while True:
            for key, _ in watched.select():
                if key.fileobj is entry:
                    _begin(entry, watched)
                elif key.fileobj in watched.get_map():
                    _end(key.data, watched)


def _begin(entry: socket.socket, watched: selectors.BaseSelector) -> None:
    client, _ = entry.accept()
    try:
        request, streams = _received(client)
    except (ConnectionError, ValueError):
        client.close()
        return
    process = os.fork()
    if process == 0:
        watched.close()
        entry.close()
        client.close()
        _run(request, streams)
    for stream in streams:
        os.close(stream)
    job = Job(process, os.pidfd_open(process), client)
    watched.register(job.ended, selectors.EVENT_READ, job)
    watched.register(job.client, selectors.EVENT_READ, job)


def _received(client: socket.socket) -> tuple[Request, list[int]]:
    """Return what a client asks for, and its standard input, output and errors.

    Raises:
        ConnectionError: if the client is gone, or not this user's: a name in the abstract namespace is open to all.
        ValueError: if the client is gone in the middle of what it asks for.
    """
    credentials = client.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, struct.calcsize("3i"))
    if struct.unpack("3i", credentials)[1] != os.getuid():
        raise ConnectionError("another user's process")
    head, streams, _, _ = socket.recv_fds(client, LENGTH, 3)
    with client.makefile("rb") as request:
        return json.loads(request.read(int.from_bytes(head, "big"))), streams


def _end(job: Job, watched: selectors.BaseSelector) -> None:
    """Tell the client how its job ended; a job whose client was killed is killed."""
    watched.unregister(job.ended)
    watched.unregister(job.client)
    signal.pidfd_send_signal(job.ended, signal.SIGKILL)
    status = os.waitstatus_to_exitcode(os.waitpid(job.process, 0)[1])
    with job.client:
        try:
            job.client.send(bytes([status if status >= 0 else 128 - status]))
        except OSError:
            return
        finally:
            os.close(job.ended)


def _run(request: Request, streams: list[int]) -> NoReturn:
    """Be the job: run the script as the interpreter would, and end."""
    die_with_parent()
    signal.signal(signal.SIGINT, signal.default_int_handler)
    for descriptor, stream in enumerate(streams):
        os.dup2(stream, descriptor)
        os.close(stream)
    status = 1
    try:
        status = _status_of(request)
    except BaseException:
        traceback.print_exc()
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(status)


def _status_of(request: Request) -> int:
    os.chdir(request["folder"])
    os.environ.clear()
    os.environ.update(request["environment"])
    sys.argv = [request["script"]]
    try:
        runpy.run_path(sys.argv[0], run_name="__main__")
    except SystemExit as ended:
        if ended.code is None or isinstance(ended.code, int):
            return ended.code or 0
        print(ended.code, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    serve(sys.argv[1])

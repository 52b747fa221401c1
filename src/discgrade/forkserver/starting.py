"""Start the server for a Snakemake, and let its shell run scripts through the client."""

import os
import re
import secrets
import shlex
import sys
from collections.abc import Sequence
from pathlib import Path

from discgrade.forkserver.client import ADDRESS, SCRIPTS

_THREADS = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMEXPR_NUM_THREADS"), "1")
_WORTH = 4
"""Jobs from which on the server's imports take less time than their own."""
_NAME = re.compile(r"[\w./+-]+")
"""An interpreter whose path is the name of a function to bash."""


def start(scripts: Sequence[str]) -> str | None:
    """Start the server; it dies with this process, or rather with the thread that calls.

    Args:
        scripts: Names of the scripts that may be forked, one for each job.

    Returns:
        What bash has to run before a command of Snakemake's, which calls the interpreter by its path: a function of
        that name. None where a server does not pay, or cannot be: it takes Linux.
    """
    if len(scripts) < _WORTH or not _NAME.fullmatch(sys.executable) or not _is_supported():
        return None
    address = f"discgrade-{os.getpid()}-{secrets.token_hex(8)}"
    os.environ[ADDRESS], os.environ[SCRIPTS] = address, " ".join(sorted(set(scripts)))
    command = [sys.executable, "-m", "discgrade.forkserver.server", address]
    silent = [(os.POSIX_SPAWN_OPEN, stream, os.devnull, os.O_RDWR, 0) for stream in range(3)]
    os.posix_spawn(sys.executable, command, os.environ | _THREADS, file_actions=silent)
    client = shlex.quote(str(Path(__file__).with_name("client.py")))
    function = f'{sys.executable}() {{ exec {sys.executable} -I -S {client} {sys.executable} "$@"; }}'
    return f"set -euo pipefail; set +o posix\n{function}\n"


def _is_supported() -> bool:
    """Tell whether the kernel has what the server watches its jobs by."""
    if sys.platform != "linux":
        return False
    try:
        os.close(os.pidfd_open(os.getpid()))
    except OSError:
        return False
    return True

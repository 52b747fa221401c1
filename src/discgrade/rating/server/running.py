"""The raters' page as an ASGI application, and the server that runs it."""

import asyncio
import ctypes
import logging
import socket
import sys
import traceback
import warnings
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import uvicorn
from starlette.applications import Starlette
from starlette.middleware import Middleware

from discgrade.private import RefusedError
from discgrade.rating.ledger.work import opaque
from discgrade.rating.scans.pixels import Slices
from discgrade.rating.server.desk import Desk
from discgrade.rating.server.guard import Doors, Guard
from discgrade.rating.server.routes import ERRORS, ROUTES

_ARENA_MAX, _MMAP_THRESHOLD = -8, -3  # M_ARENA_MAX, M_MMAP_THRESHOLD of glibc's malloc.h


def application(desk: Desk, source: Path, doors: Doors) -> Starlette:
    """Return the application.

    Args:
        desk: What is read by whom.
        source: Folder of scans.
        doors: What opens the server.
    """
    app = Starlette(routes=ROUTES, middleware=[Middleware(Guard, doors=doors)], exception_handlers=ERRORS)
    app.router.redirect_slashes = False
    app.state.desk, app.state.doors, app.state.slices = desk, doors, Slices(source)
    return app


def listen(host: str, port: int) -> socket.socket:
    """Return a socket that listens, so that its port is known before anybody is told.

    Raises:
        RefusedError: if the port is taken, or the address is not this machine's.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    found = socket.socket(family, socket.SOCK_STREAM)
    found.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        found.bind((host, port))
    except (OSError, OverflowError) as error:
        found.close()
        reason = getattr(error, "strerror", None) or "no such port"
        raise RefusedError(f"{host}:{port} cannot be listened at ({reason}). Choose another --port") from None
    return found


def doors(secrets: Mapping[str, str], listener: socket.socket, public: Sequence[str], key: bytes) -> Doors:
    """Return what opens the server.

    Args:
        secrets: Rater of each secret.
        listener: As `listen` returns.
        public: Origins under which a reverse proxy passes requests on.
        key: Names the cookie, so that two studies on one machine keep apart.

    Raises:
        RefusedError: if an origin is none, or the server listens at every address and has no name.
    """
    host, port = listener.getsockname()[:2]
    wrong = [one for one in public if not _is_origin(one)]
    if wrong:
        raise RefusedError(f"--origin should be such as https://raters.example.org. Received: {', '.join(wrong)}")
    names = ("127.0.0.1", "localhost") if host in ("127.0.0.1", "::1") else ()
    if host in ("0.0.0.0", "::") and not public:
        raise RefusedError("A server that listens at every address needs its name. Give --origin http://NAME:PORT")
    shown = f"[{host}]" if ":" in host else host
    own = {f"http://{name}:{port}" for name in (*names, shown)}
    return Doors(secrets, frozenset({*own, *(one.rstrip("/") for one in public)}), f"discgrade_{opaque(key, 'cookie')}")


def _is_origin(text: str) -> bool:
    parts = urlsplit(text)
    return parts.scheme in ("http", "https") and bool(parts.netloc) and parts.path in ("", "/") and not parts.query


def addresses(found: Doors, listener: socket.socket, public: Sequence[str]) -> dict[str, str]:
    """Return the address of each rater's page, with the secret in it."""
    host, port = listener.getsockname()[:2]
    base = public[0].rstrip("/") if public else f"http://{f'[{host}]' if ':' in host else host}:{port}"
    return {name: f"{base}/?key={secret}" for secret, name in found.secrets.items()}


def serve(app: Starlette, listener: socket.socket, ready: Callable[[], None]) -> None:
    """Run the server until it is interrupted.

    Args:
        app: The application.
        listener: As `listen` returns.
        ready: Called when requests are answered.
    """
    _quiet()
    _one_heap()
    config = uvicorn.Config(
        app, log_config=None, access_log=False, server_header=False, proxy_headers=False, lifespan="off", ws="none"
    )
    server = uvicorn.Server(config)

    async def run() -> None:
        serving = asyncio.create_task(server.serve(sockets=[listener]))
        while not server.started and not serving.done():
            await asyncio.sleep(0.01)
        if server.started:
            ready()
        await serving

    asyncio.run(run())


def _quiet() -> None:
    """Let nothing be printed that could quote a scan: pydicom's warnings, and tracebacks with values."""
    warnings.simplefilter("ignore")
    logging.getLogger("pydicom").setLevel(logging.CRITICAL + 1)
    for name in ("uvicorn", "uvicorn.error", "uvicorn.asgi"):
        logger = logging.getLogger(name)
        logger.handlers, logger.propagate = [_Places()], False
        logger.setLevel(logging.ERROR)


def _one_heap() -> None:
    """Let all threads take memory from one heap, and slices from none: in gaps that slices leave, memory is lost."""
    with suppress(AttributeError):  # a C library that is not glibc
        for setting, value in ((_ARENA_MAX, 1), (_MMAP_THRESHOLD, 64 << 10)):
            ctypes.CDLL(None).mallopt(setting, value)


class _Places(logging.Handler):
    """Prints where an unforeseen error happened, and no value."""

    def emit(self, record: logging.LogRecord) -> None:
        error: Any = record.exc_info[1] if record.exc_info else None
        if error is None:
            return
        place = traceback.extract_tb(error.__traceback__)[-1]
        print(f"{type(error).__name__} in {Path(place.filename).name}, line {place.lineno}", file=sys.stderr)

"""What answers each address of `routes`: a request is read, the desk is asked with its lock held, the answer sent."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from discgrade.rating.ledger.work import MODES, Mode, Work
from discgrade.rating.scans.catalogue import Study
from discgrade.rating.scans.pixels import Slices, slice_message, thumbnails_message
from discgrade.rating.server import acting, answers, windows
from discgrade.rating.server.acting import ClosedError, Done
from discgrade.rating.server.desk import Desk, UnknownError
from discgrade.rating.server.reading_answers import Answer
from discgrade.rating.server.windows import SupersededError
from discgrade.readings.pfirrmann import DRAWINGS

T = TypeVar("T")

PAGE = Path(__file__).parents[1] / "page"
TYPES = {
    ".html": "text/html; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
    ".png": "image/png",
}
"""Kinds of files that belong to the page."""

_LARGEST = 64 << 10
_SIDES = (16, 256)


class MalformedError(ValueError):
    """A request that is not what `routes` describes."""


class TooLargeError(ValueError):
    """A request that is too large."""


async def page(request: Request) -> Response:
    """Send the page, and the cookie that lets it ask."""
    response = _file("index.html")
    doors = request.app.state.doors
    secret = next(secret for secret, name in doors.secrets.items() if name == _rater(request))
    secure = any(origin.startswith("https:") for origin in doors.origins)
    response.set_cookie(doors.cookie, secret, path="/", httponly=True, samesite="strict", secure=secure)
    return response


async def page_file(request: Request) -> Response:
    """Send a file of the page."""
    return _file(request.path_params["name"])


def _file(name: str) -> Response:
    """Send one of the files of the page, or a reference drawing: a name is looked up, never followed."""
    known = {path.name: path for folder in (PAGE, DRAWINGS) for path in folder.iterdir() if path.suffix in TYPES}
    if name not in known:
        raise UnknownError
    return Response(known[name].read_bytes(), media_type=TYPES[known[name].suffix])


async def open_window(request: Request) -> Response:
    """Let a window act."""
    sent, rater = await _sent(request), _rater(request)
    resume, take = _text_or_none(sent, "resume"), sent.get("take") is True
    token = await _asked(request, lambda desk: windows.open_window(desk, rater, resume, take))
    return JSONResponse({"window": token})


async def check_window(request: Request) -> Response:
    """Say whether a window may still act."""
    sent, rater = await _sent(request), _rater(request)

    def current(desk: Desk) -> bool:
        try:
            windows.check_window(desk, rater, _text(sent, "window"))
        except SupersededError:
            return False
        return True

    return JSONResponse({"current": await _asked(request, current)})


async def close_window(request: Request) -> Response:
    """Note that a window was closed."""
    sent, rater = await _sent(request), _rater(request)
    await _asked(request, lambda desk: windows.close_window(desk, rater, _text(sent, "window")))
    return JSONResponse({})


async def start(request: Request) -> Response:
    """Send what the page needs at the start."""
    return JSONResponse(await _asked(request, lambda desk: answers.start(desk, _rater(request))))


async def worklist(request: Request) -> Response:
    """Send a rater's work."""
    mode = _mode(request.query_params.get("mode"))
    return JSONResponse(await _asked(request, lambda desk: answers.worklist(desk, _rater(request), mode)))


async def item(request: Request) -> Response:
    """Send all of a piece of work."""

    def answer(desk: Desk) -> Answer:
        work = _work(desk, request)
        acting.see(desk, _rater(request), work, knowingly=request.query_params.get("unblind") == "yes")
        return answers.item(desk, _rater(request), work)

    return JSONResponse(await _asked(request, answer))


async def picture(request: Request) -> Response:
    """Send a slice."""
    study = await _asked(request, lambda desk: desk.studies[_work(desk, request).study])
    series, number = _numbered(study, request)

    def message(slices: Slices) -> bytes:
        stack = study.stacks[series]
        return slice_message(slices.get(stack.slices[number]), stack)

    return _binary(await run_in_threadpool(message, request.app.state.slices))


async def thumbnails(request: Request) -> Response:
    """Send small pictures of all slices of a series."""
    study = await _asked(request, lambda desk: desk.studies[_work(desk, request).study])
    series, _ = _numbered(study, request)
    side = request.query_params.get("side", "96")
    if not side.isascii() or not side.isdigit() or not _SIDES[0] <= int(side[:4]) <= _SIDES[1]:
        raise MalformedError(f"side should be from {_SIDES[0]} to {_SIDES[1]}")
    stack = study.stacks[series]
    return _binary(await run_in_threadpool(thumbnails_message, request.app.state.slices, stack, int(side)))


async def act(request: Request) -> Response:
    """Keep an action."""
    sent = await _sent(request)
    return await _done(request, sent, lambda desk, window: acting.act(desk, _rater(request), window, sent))


async def undo(request: Request) -> Response:
    """Take back the last action."""
    return await _back(request, acting.undo)


async def redo(request: Request) -> Response:
    """Do again what was taken back."""
    return await _back(request, acting.redo)


async def _back(request: Request, step: Callable[[Desk, str, int, str, Mode], Done]) -> Response:
    sent = await _sent(request)
    word, mode = _text(sent, "id"), _mode(sent.get("mode"))
    return await _done(request, sent, lambda desk, window: step(desk, _rater(request), window, word, mode))


async def _done(request: Request, sent: dict[str, Any], step: Callable[[Desk, int], Done]) -> Response:
    rater, token = _rater(request), _text(sent, "window")

    def answer(desk: Desk) -> Answer:
        return answers.done_answer(desk, rater, step(desk, windows.check_window(desk, rater, token)))

    return JSONResponse(await _asked(request, answer))


async def _asked(request: Request, question: Callable[[Desk], T]) -> T:
    """Ask the desk, in a thread of its own and with the lock held."""
    desk: Desk = request.app.state.desk

    def asked() -> T:
        with desk.lock:
            return question(desk)

    return await run_in_threadpool(asked)


def _rater(request: Request) -> str:
    return str(request.scope["rater"])


def _work(desk: Desk, request: Request) -> Work:
    work = desk.work(_rater(request), request.path_params["item"])
    if desk.is_closed(_rater(request), work):
        raise ClosedError
    return work


def _numbered(study: Study, request: Request) -> tuple[int, int]:
    """Return the numbers of a series and a slice that exist."""
    series, number = request.path_params["series"], request.path_params.get("slice", 0)
    if series >= len(study.stacks) or number >= len(study.stacks[series].slices):
        raise UnknownError
    return series, number


def _binary(content: bytes) -> Response:
    return Response(content, media_type="application/octet-stream")


async def _sent(request: Request) -> dict[str, Any]:
    """Return the JSON object that was sent.

    Raises:
        TooLargeError: if it is over 64 KiB.
        MalformedError: if it is none.
    """
    body = b""
    async for part in request.stream():
        body += part
        if len(body) > _LARGEST:
            raise TooLargeError("A request should have at most 64 KiB")
    try:
        found = json.loads(body, parse_constant=_no_number)
    except (ValueError, RecursionError):
        raise MalformedError("A request should be JSON") from None
    if not isinstance(found, dict):
        raise MalformedError("A request should be a JSON object")
    return found


def _no_number(_: str) -> float:
    raise ValueError("no number")


def _text(sent: dict[str, Any], name: str) -> str:
    value = sent.get(name)
    if not isinstance(value, str) or len(value) > _LARGEST:
        raise MalformedError(f"{name} should be a text")
    return value


def _text_or_none(sent: dict[str, Any], name: str) -> str | None:
    return None if sent.get(name) is None else _text(sent, name)


def _mode(value: object) -> Mode:
    found = next((mode for mode in MODES if mode == value), None)
    if found is None:
        raise MalformedError(f"mode should be one of {', '.join(MODES)}")
    return found

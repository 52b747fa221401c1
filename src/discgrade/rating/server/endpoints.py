"""What answers each address of `routes`: a request is read, the desk is asked with its lock held, the answer sent."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from discgrade.rating.ledger.work import Mode
from discgrade.rating.scans.catalogue import Study
from discgrade.rating.scans.pixels import Slices, slice_message, thumbnails_message
from discgrade.rating.server import acting, answers, windows
from discgrade.rating.server.acting import Done
from discgrade.rating.server.desk import Desk, UnknownError
from discgrade.rating.server.reading_answers import Answer
from discgrade.rating.server.requests import (
    MalformedError,
    asked,
    left_of,
    mode_of,
    numbered,
    rater_of,
    sent_by,
    text,
    text_or_none,
    work_of,
)
from discgrade.rating.server.windows import SupersededError
from discgrade.readings.pfirrmann import DRAWINGS

PAGE = Path(__file__).parents[1] / "page"
TYPES = {
    ".html": "text/html; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
    ".png": "image/png",
}
"""Kinds of files that belong to the page."""

_SIDES = (16, 256)
_AHEAD = 2


async def page(request: Request) -> Response:
    """Send the page, and the cookie that lets it ask."""
    response = _file("index.html")
    doors = request.app.state.doors
    secret = next(secret for secret, name in doors.secrets.items() if name == rater_of(request))
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
    sent, rater = await sent_by(request), rater_of(request)
    resume, take = text_or_none(sent, "resume"), sent.get("take") is True
    token = await asked(request, lambda desk: windows.open_window(desk, rater, resume, take))
    return JSONResponse({"window": token})


async def check_window(request: Request) -> Response:
    """Say whether a window may still act."""
    sent, rater = await sent_by(request), rater_of(request)

    def current(desk: Desk) -> bool:
        try:
            windows.check_window(desk, rater, text(sent, "window"))
        except SupersededError:
            return False
        return True

    return JSONResponse({"current": await asked(request, current)})


async def close_window(request: Request) -> Response:
    """Keep what a window had done that was not acknowledged yet, and note that it was closed."""
    sent, rater = await sent_by(request), rater_of(request)
    token, left = text(sent, "window"), left_of(sent)

    def close(desk: Desk) -> None:
        acting.keep_left(desk, rater, windows.check_window(desk, rater, token), left)
        windows.close_window(desk, rater, token)

    await asked(request, close)
    return JSONResponse({})


async def start(request: Request) -> Response:
    """Send what the page needs at the start."""
    return JSONResponse(await asked(request, lambda desk: answers.start(desk, rater_of(request))))


async def worklist(request: Request) -> Response:
    """Send a rater's work."""
    mode = mode_of(request.query_params.get("mode"))
    return JSONResponse(await asked(request, lambda desk: answers.worklist(desk, rater_of(request), mode)))


async def item(request: Request) -> Response:
    """Send all of a piece of work."""
    await _propose(request)

    def answer(desk: Desk) -> Answer:
        work = work_of(desk, request)
        acting.see(desk, rater_of(request), work, knowingly=request.query_params.get("unblind") == "yes")
        return answers.item(desk, rater_of(request), work)

    return JSONResponse(await asked(request, answer))


async def _propose(request: Request) -> None:
    """Let the locator, if there is one, look at a study before it is opened, and ahead at those that follow."""
    proposals = request.app.state.desk.proposals
    if proposals is None:
        return

    def named(desk: Desk) -> list[Study]:
        work = work_of(desk, request)
        ahead = answers.following(desk, rater_of(request), work, _AHEAD)
        return [desk.studies[one.study] for one in (work, *ahead)]

    study, *ahead = await asked(request, named)
    await run_in_threadpool(proposals.prepare, study)
    proposals.prepare_ahead(ahead)


async def picture(request: Request) -> Response:
    """Send a slice."""
    study = await asked(request, lambda desk: desk.studies[work_of(desk, request).study])
    series, number = numbered(study, request)

    def message(slices: Slices) -> bytes:
        stack = study.stacks[series]
        return slice_message(slices.get(stack.slices[number]), stack)

    return _binary(await run_in_threadpool(message, request.app.state.slices))


async def thumbnails(request: Request) -> Response:
    """Send small pictures of all slices of a series."""
    study = await asked(request, lambda desk: desk.studies[work_of(desk, request).study])
    series, _ = numbered(study, request)
    side = request.query_params.get("side", "96")
    if not side.isascii() or not side.isdigit() or not _SIDES[0] <= int(side[:4]) <= _SIDES[1]:
        raise MalformedError(f"side should be from {_SIDES[0]} to {_SIDES[1]}")
    stack = study.stacks[series]
    return _binary(await run_in_threadpool(thumbnails_message, request.app.state.slices, stack, int(side)))


async def act(request: Request) -> Response:
    """Keep an action."""
    sent = await sent_by(request)
    return await _done(request, sent, lambda desk, window: acting.act(desk, rater_of(request), window, sent))


async def undo(request: Request) -> Response:
    """Take back the last action."""
    return await _back(request, acting.undo)


async def redo(request: Request) -> Response:
    """Do again what was taken back."""
    return await _back(request, acting.redo)


async def _back(request: Request, step: Callable[[Desk, str, int, str, Mode], Done]) -> Response:
    sent = await sent_by(request)
    word, mode = text(sent, "id"), mode_of(sent.get("mode"))
    return await _done(request, sent, lambda desk, window: step(desk, rater_of(request), window, word, mode))


async def _done(request: Request, sent: dict[str, Any], step: Callable[[Desk, int], Done]) -> Response:
    rater, token = rater_of(request), text(sent, "window")

    def answer(desk: Desk) -> Answer:
        return answers.done_answer(desk, rater, step(desk, windows.check_window(desk, rater, token)))

    return JSONResponse(await asked(request, answer))


def _binary(content: bytes) -> Response:
    return Response(content, media_type="application/octet-stream")

"""What is read from a request, and how the desk is asked."""

import json
import re
from collections.abc import Callable
from typing import Any, TypeVar

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request

from discgrade.rating.ledger.work import MODES, Mode, Work
from discgrade.rating.scans.catalogue import Study
from discgrade.rating.server.acting import ClosedError
from discgrade.rating.server.desk import Desk, UnknownError

T = TypeVar("T")

_LARGEST = 64 << 10
_NUMBER = re.compile(r"[0-9]{1,6}")


class MalformedError(ValueError):
    """A request that is not what `routes` describes."""


class TooLargeError(ValueError):
    """A request that is too large."""


async def asked(request: Request, question: Callable[[Desk], T]) -> T:
    """Ask the desk, in a thread of its own and with the lock held."""
    desk: Desk = request.app.state.desk

    def asked() -> T:
        with desk.lock:
            return question(desk)

    return await run_in_threadpool(asked)


def rater_of(request: Request) -> str:
    """Return who asks, as the guard found out."""
    return str(request.scope["rater"])


def work_of(desk: Desk, request: Request) -> Work:
    """Return the piece of work that an address names.

    Raises:
        UnknownError: if there is none that the rater may see now.
        ClosedError: if it may no longer be looked at.
    """
    work = desk.work(rater_of(request), request.path_params["item"])
    if desk.is_closed(rater_of(request), work):
        raise ClosedError
    return work


def numbered(study: Study, request: Request) -> tuple[int, int]:
    """Return the numbers of a series and a slice that an address names.

    Raises:
        UnknownError: if there are none such.
    """
    series, number = (_number(request.path_params.get(name, "0")) for name in ("series", "slice"))
    if series >= len(study.stacks) or number >= len(study.stacks[series].slices):
        raise UnknownError
    return series, number


def _number(text: str) -> int:
    if not _NUMBER.fullmatch(text):
        raise UnknownError
    return int(text)


async def sent_by(request: Request) -> dict[str, Any]:
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


def text(sent: dict[str, Any], name: str) -> str:
    """Return a text that was sent.

    Raises:
        MalformedError: if it is none.
    """
    value = sent.get(name)
    if not isinstance(value, str) or len(value) > _LARGEST:
        raise MalformedError(f"{name} should be a text")
    return value


def text_or_none(sent: dict[str, Any], name: str) -> str | None:
    """Return a text that was sent, None if there is none; else as `text`."""
    return None if sent.get(name) is None else text(sent, name)


def mode_of(value: object) -> Mode:
    """Return a kind of work by its name.

    Raises:
        MalformedError: if there is no such kind.
    """
    found = next((mode for mode in MODES if mode == value), None)
    if found is None:
        raise MalformedError(f"mode should be one of {', '.join(MODES)}")
    return found


def left_of(sent: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the list of actions that a window had left when it was closed.

    Raises:
        MalformedError: if it is no list of objects.
    """
    left = sent.get("left", [])
    if not isinstance(left, list) or not all(isinstance(one, dict) for one in left):
        raise MalformedError("left should be a list of objects")
    return left

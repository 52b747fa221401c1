"""Windows of a rater's page: one may act at a time, and a later one takes over only after its rater was told."""

import hashlib
import secrets
from datetime import UTC

from discgrade.rating.server.desk import Desk


class OtherWindowError(RuntimeError):
    """Another window of this rater is open, or was not closed.

    Args:
        since: When it was opened, ISO 8601.
    """

    def __init__(self, since: str) -> None:
        super().__init__("Your page is open in another window, or was not closed there. Go on here instead?")
        self.since = since


class SupersededError(RuntimeError):
    """A window acts that another one has taken over from."""

    def __init__(self) -> None:
        super().__init__("Another window of yours has taken over. This one may only look")


def open_window(desk: Desk, rater: str, resume: str | None, take: bool) -> str:
    """Let a window act.

    Args:
        desk: The server's knowledge, locked.
        rater: Whose window it is.
        resume: Token that this window had before it was loaded again.
        take: Whether the rater was told of another window and wants to go on in this one.

    Returns:
        Its token.

    Raises:
        OtherWindowError: if another window is open.
    """
    found = desk.store.window(rater)
    if found is not None:
        _, token, is_open, since = found
        mine = resume is not None and _digest(resume) == token
        if is_open and not mine and not take:
            raise OtherWindowError(since)
    fresh = secrets.token_urlsafe(24)
    desk.store.add_window(rater, _digest(fresh), True, _at(desk))
    return fresh


def check_window(desk: Desk, rater: str, token: str) -> int:
    """Return the number of the window that acts.

    Raises:
        SupersededError: if it is not the one that may.
    """
    number, current, is_open, _ = desk.store.window(rater) or (0, "", False, "")
    if not is_open or _digest(token) != current:
        raise SupersededError
    return number


def close_window(desk: Desk, rater: str, token: str) -> None:
    """Note that a window was closed, if it was the one that may act."""
    _, current, is_open, _ = desk.store.window(rater) or (0, "", False, "")
    if is_open and _digest(token) == current:
        desk.store.add_window(rater, current, False, _at(desk))


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()


def _at(desk: Desk) -> str:
    return desk.clock().astimezone(UTC).isoformat(timespec="seconds")

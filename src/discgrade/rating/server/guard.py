"""Who may ask: the rater's secret, the server's own name and origin, and headers that tell the browser to be strict."""

import hmac
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from http.cookies import CookieError, SimpleCookie
from urllib.parse import parse_qs, urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import JSONResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

HEADERS = {
    "content-security-policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; connect-src 'self'; "
        "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    ),
    "cache-control": "no-store",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), geolocation=(), microphone=()",
    "referrer-policy": "no-referrer",
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
}
_SAFE = ("GET", "HEAD")


@dataclass(frozen=True)
class Doors:
    """What opens the server.

    Attributes:
        secrets: Rater of each secret.
        origins: Origins by which the server is known, for example http://127.0.0.1:8040.
        cookie: Name of its cookie.
    """

    secrets: Mapping[str, str]
    origins: frozenset[str]
    cookie: str

    @property
    def hosts(self) -> frozenset[str]:
        """Names with port that a request may be meant for."""
        return frozenset(urlsplit(origin).netloc for origin in self.origins)

    def rater(self, secret: str) -> str | None:
        """Return whose secret it is; the comparison takes the same time whatever is wrong."""
        given = secret.encode("utf-8", "surrogateescape")
        matches = [name for known, name in self.secrets.items() if hmac.compare_digest(known.encode(), given)]
        return matches[0] if matches else None


class Guard:
    """ASGI middleware that lets nobody pass without a secret; `scope["rater"]` is whose it is.

    Args:
        app: What it guards.
        doors: What opens it.
    """

    def __init__(self, app: ASGIApp, doors: Doors) -> None:
        self.app, self.doors = app, doors

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Refuse a request, or pass it on; every answer gets the strict headers."""
        if scope["type"] == "lifespan":
            await self.app(scope, receive, send)
            return
        if scope["type"] != "http":
            await send({"type": "websocket.close", "code": 1008})
            return

        async def strict(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in HEADERS.items():
                    headers[name] = value
            await send(message)

        scope["rater"], refusal = _admitted(scope, self.doors)
        await (refusal or self.app)(scope, receive, strict)


def _admitted(scope: Scope, doors: Doors) -> tuple[str | None, Response | None]:
    """Return the rater who asks, or the answer that refuses."""
    headers = Headers(scope=scope)
    if headers.get("host", "") not in doors.hosts:
        return None, _refused("host", "This address is not the server's. Open the one that `discgrade rate` printed.")
    if _is_foreign(scope, headers, doors):
        return None, _refused("origin", "Another page may not use this server.")
    bearer, cookie = _bearer(headers), _cookie(headers, doors.cookie)
    named = _key(scope)
    rater = next(filter(None, (doors.rater(secret) for secret in (named, bearer, cookie) if secret)), None)
    if rater is None:
        return None, _refused("secret", "Open the address that `discgrade rate` printed.")
    if scope["method"] not in _SAFE and not bearer and headers.get("origin") is None:
        return None, _refused("origin", "A change needs to say which page it comes from.")
    return rater, None


def _refused(error: str, message: str) -> Response:
    return JSONResponse({"error": error, "message": message}, 403)


def _is_foreign(scope: Scope, headers: Headers, doors: Doors) -> bool:
    """Return whether another page's script or frame asks; following a link to the page itself is allowed."""
    site = headers.get("sec-fetch-site")
    if not doors.origins.issuperset(headers.getlist("origin")):
        return True
    follows_link = scope["path"] == "/" and headers.get("sec-fetch-mode") == "navigate" and scope["method"] in _SAFE
    return site in ("cross-site", "same-site") and not follows_link


def _key(scope: Scope) -> str | None:
    """Return the secret of the printed address, which opens the page alone."""
    if scope["path"] != "/" or scope["method"] not in _SAFE:
        return None
    return _first(parse_qs(scope.get("query_string", b"").decode("latin-1")).get("key", ()))


def _bearer(headers: Headers) -> str | None:
    kind, _, secret = headers.get("authorization", "").partition(" ")
    return secret.strip() if kind.lower() == "bearer" and secret else None


def _cookie(headers: Headers, name: str) -> str | None:
    try:
        found = SimpleCookie(headers.get("cookie", "")).get(name)
    except CookieError:
        return None
    return None if found is None else found.value


def _first(values: Iterable[str]) -> str | None:
    return next(iter(values), None)

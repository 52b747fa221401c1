"""Who is let in, and what the browser is told to be strict about."""

import pytest
from rating_study import ORIGIN, ask

from discgrade.rating.server import answers
from discgrade.rating.server.guard import HEADERS

SECRET = "secret-of-rater-0"
COOKIE = {"cookie": f"discgrade_test={SECRET}"}
PATHS = (
    "/", "/page/index.html", "/api/start", "/api/worklist?mode=blind", "/api/items/x", "/api/actions", "/nothing",
    "/?key=wrong", "/?key=", "/page/", "/api/",
)  # fmt: skip


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("method", ["GET", "HEAD", "POST", "OPTIONS", "DELETE"])
def test_nothing_is_served_without_a_secret(study, path, method):
    answer = ask(study.app, method, path, b"{}", {"origin": ORIGIN})
    assert answer.status == 403
    assert answer.json["error"] == "secret"


@pytest.mark.parametrize(
    "headers",
    [
        {"cookie": "discgrade_test=wrong"},
        {"cookie": f"other={SECRET}"},
        {"cookie": "discgrade_test="},
        {"cookie": f"discgrade_test={SECRET[:-1]}"},
        {"cookie": "\x01;;==,"},
        {"authorization": "Bearer wrong"},
        {"authorization": f"Basic {SECRET}"},
        {"authorization": "Bearer"},
        {"authorization": "Bearer \xff"},
    ],
)
def test_no_wrong_secret_opens(study, headers):
    assert ask(study.app, "GET", "/api/start", headers=headers).status == 403


@pytest.mark.parametrize("headers", [COOKIE, {"authorization": f"Bearer {SECRET}"}])
def test_cookie_and_token_open(study, headers):
    assert ask(study.app, "GET", "/api/start", headers=headers).json["rater"] == "Dr Main"


def test_the_address_opens_the_page_and_nothing_else(study):
    answer = ask(study.app, "GET", f"/?key={SECRET}")
    assert answer.status == 200
    cookie = answer.headers["set-cookie"]
    assert cookie.startswith(f"discgrade_test={SECRET};")
    assert {"HttpOnly", "Path=/", "SameSite=strict"} <= set(cookie.split("; "))
    assert ask(study.app, "GET", f"/api/start?key={SECRET}").status == 403


def test_each_secret_is_one_raters(study):
    other = {"authorization": "Bearer secret-of-rater-1"}
    assert ask(study.app, "GET", "/api/start", headers=other).json["rater"] == "Dr Other"


@pytest.mark.parametrize(
    "host", ["", "evil.example", "127.0.0.1", "127.0.0.1:8041", "evil.example:8040", "127.0.0.1:8040.evil.example"]
)
def test_a_foreign_name_is_refused_so_that_no_dns_leads_here(study, host):
    answer = ask(study.app, "GET", "/api/start", headers=COOKIE | {"host": host})
    assert (answer.status, answer.json["error"]) == (403, "host")


@pytest.mark.parametrize(
    "origin", ["http://evil.example", "null", "http://127.0.0.1:8041", "https://127.0.0.1:8040", ""]
)
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_a_foreign_origin_is_refused(study, origin, method):
    answer = ask(study.app, method, "/api/window", {}, COOKIE | {"origin": origin})
    assert (answer.status, answer.json["error"]) == (403, "origin")


def test_a_change_by_cookie_needs_its_origin(study):
    assert ask(study.app, "POST", "/api/window", {}, COOKIE).status == 403
    assert ask(study.app, "POST", "/api/window", {}, COOKIE | {"origin": ORIGIN}).status == 200


@pytest.mark.parametrize("site", ["cross-site", "same-site"])
def test_another_pages_pictures_and_scripts_are_refused_but_a_link_may_be_followed(study, site):
    told = COOKIE | {"sec-fetch-site": site}
    assert ask(study.app, "GET", "/page/index.html", headers=told | {"sec-fetch-mode": "no-cors"}).status == 403
    assert ask(study.app, "GET", "/api/start", headers=told | {"sec-fetch-mode": "navigate"}).status == 403
    assert ask(study.app, "GET", f"/?key={SECRET}", headers=told | {"sec-fetch-mode": "navigate"}).status == 200


@pytest.mark.parametrize("path", ["/api/start", "/nothing", "/"])
@pytest.mark.parametrize("headers", [COOKIE, {}])
def test_every_answer_is_strict(study, path, headers):
    answer = ask(study.app, "GET", path, headers=headers)
    assert HEADERS.items() <= answer.headers.items()
    policy = answer.headers["content-security-policy"]
    assert "unsafe" not in policy
    assert "default-src 'none'" in policy
    assert "server" not in answer.headers


@pytest.mark.parametrize(
    "path",
    [
        "/page/..",
        "/page/../routes.py",
        "/page/%2e%2e%2fserver%2froutes.py",
        "/page//etc/passwd",
        "/page/index.html/",
        "/page/.hidden",
    ],
)
def test_no_path_leads_out_of_the_page(study, path):
    assert ask(study.app, "GET", path, headers=COOKIE).status == 404


def test_a_second_origin_does_not_hide_behind_the_first(study):
    for headers in (
        {"Origin": ORIGIN, "origin": "http://evil.example"},
        {"Origin": "http://evil.example", "origin": ORIGIN},
    ):
        assert ask(study.app, "GET", "/api/start", headers=COOKIE | headers).json["error"] == "origin"


def test_an_unforeseen_error_tells_nothing_and_is_strict_too(study, monkeypatch):
    def broken(*_):
        raise RuntimeError("PatientName Mustermann in /data/Mustermann")

    monkeypatch.setattr(answers, "start", broken)
    answer = ask(study.app, "GET", "/api/start", headers=COOKIE)
    assert (answer.status, answer.json["error"]) == (500, "internal")
    assert b"Mustermann" not in answer.body
    assert HEADERS.items() <= answer.headers.items()


def test_a_websocket_is_refused(study):
    import asyncio

    sent = []

    async def run():
        async def send(message):
            sent.append(message)

        await study.app.build_middleware_stack()({"type": "websocket", "headers": []}, None, send)

    asyncio.run(run())
    assert sent == [{"type": "websocket.close", "code": 1008}]

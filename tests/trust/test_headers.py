"""What every answer says to a browser, whatever the address, the method and the outcome."""

from __future__ import annotations

import pytest

from bot.limits import PAGES
from bot.web import MAX_BODY, SECURITY_HEADERS
from tests.trust.house import House, open_house

VALUES = {"name": "report-token-of-the-trust-tests", "picture": "chart-1.png", "audience": "web"}


async def headers_of(house: House, method: str, path: str, **how: object) -> tuple[int, dict[str, str]]:
    async with house.session.request(method, house.url + path, allow_redirects=False, **how) as answer:  # type: ignore[arg-type]
        return answer.status, dict(answer.headers)


def walk(house: House) -> list[tuple[str, str]]:
    """Every route with a link that is right where there is one, and each of them with a method it does not have."""
    found = []
    for route in house.app.web.router.routes():
        assert route.resource
        path = route.resource.canonical
        for name in ("name", "picture", "audience"):
            path = path.replace("{" + name + "}", VALUES[name])
        path = path.replace("{token}", house.tokens.get(path.split("/")[1], ""))
        found += [(route.method, path), ("OPTIONS", path), ("DELETE", path), ("TRACE", path)]
    return [
        *found,
        ("GET", "/"),
        ("GET", "/nothing"),
        ("POST", "/nothing"),
        ("GET", "/console/nothing"),
        ("HEAD", "/nothing"),
    ]


@pytest.fixture
async def only_sqlite(engine):
    if engine.dialect.name != "sqlite":
        pytest.skip("headers do not depend on the database")
    async with open_house(engine) as house:
        yield house


async def test_every_answer_has_the_security_headers(only_sqlite, monkeypatch):
    seen = set()
    for method, path in walk(only_sqlite):
        status, headers = await headers_of(only_sqlite, method, path)
        seen.add(status)
        for name in SECURITY_HEADERS:
            assert headers.get(name) or (name == "X-Robots-Tag" and path.startswith("/console")), (method, path, name)
        assert "frame-ancestors 'none'" in headers["Content-Security-Policy"], path
        assert "default-src 'none'" in headers["Content-Security-Policy"], path
        assert headers["Server"] == "sipbot"
        assert headers["Strict-Transport-Security"]
        assert "Set-Cookie" not in headers
        assert "Access-Control-Allow-Origin" not in headers
        assert status < 500 or path == "/readyz", (method, path, status)
    assert {200, 400, 401, 403, 404, 405} <= seen


async def test_a_fault_and_a_body_too_large_have_them_too(only_sqlite, monkeypatch):
    pages = only_sqlite.app.web
    assert pages
    monkeypatch.setattr("storage.survey_answers.SurveyAnswers.find", broken)
    path = f"/survey/{only_sqlite.tokens['survey']}"
    status, headers = await headers_of(only_sqlite, "GET", path)
    assert status == 500
    assert headers["Content-Security-Policy"]
    assert headers["Server"] == "sipbot"
    for door, wanted in (("/slack/events", {401, 413}), ("/api/messages", {401, 413}), (path, {413})):
        form = {"Content-Type": "application/x-www-form-urlencoded"}
        status, headers = await headers_of(only_sqlite, "POST", door, data=b"a" * (MAX_BODY + 1), headers=form)
        assert status in wanted, door
        assert headers["X-Content-Type-Options"] == "nosniff"


def broken(*_: object) -> None:
    raise RuntimeError("a fault put in by the test")


async def test_long_lines_and_headers_are_refused(only_sqlite):
    for path, headers in (("/healthz?" + "x" * 9000, {}), ("/healthz", {"X-Long": "x" * 9000})):
        status, _ = await headers_of(only_sqlite, "GET", path, headers=headers)
        assert status in (400, 431)


async def test_an_address_that_asks_for_page_after_page_is_told_to_wait(only_sqlite, monkeypatch):
    monkeypatch.setattr("bot.limits.PAGES", 20)
    assert PAGES > 20
    path = f"/archive/{only_sqlite.tokens['archive']}"

    async def asked(address: str) -> int:
        return (await headers_of(only_sqlite, "GET", path, headers={"X-Forwarded-For": address}))[0]

    assert [await asked("8.8.4.4") for _ in range(21)] == [200] * 20 + [429]
    assert await asked("8.8.8.8") == 200, "nobody else is held up"
    assert await asked("10.0.0.1, 8.8.4.4") == 429, "what a client writes before its proxy's word counts for nothing"
    assert (await headers_of(only_sqlite, "GET", "/healthz"))[0] == 200

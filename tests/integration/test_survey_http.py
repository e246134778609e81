"""The survey over HTTP: anonymous, in two languages, hard to spoil, and never an error without words."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from html import unescape
from urllib.parse import urlencode

import pytest
from aiohttp import ClientResponse, web
from aiohttp.test_utils import TestClient, TestServer
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine, event, select, text
from sqlalchemy import update as sql_update
from sqlalchemy.exc import OperationalError

from bot.chat.clock import MovableClock
from bot.domain.survey import LONGEST
from bot.survey_limits import BURST
from bot.survey_pages import MAX_BODY
from storage.models import inbox, metadata, outbox, survey, survey_answer
from tests.golden.cases import HOSTILE
from tests.survey_house import TOKEN, survey_house

Client = TestClient[web.Request, web.Application]
PAGE = f"/survey/{TOKEN}"
FORM_TYPE = {"Content-Type": "application/x-www-form-urlencoded"}


@pytest.fixture
async def client(engine: Engine, clock: MovableClock) -> AsyncIterator[Client]:
    async with TestClient(TestServer(survey_house(engine, clock), host="127.0.0.1")) as found:
        yield found


def stored(engine: Engine) -> list[dict[str, str]]:
    with engine.connect() as connection:
        return list(connection.execute(select(survey_answer.c.answers)).scalars())


async def fresh(client: Client) -> str:
    """The id of a form that was just opened."""
    html = await (await client.get(PAGE)).text()
    found = re.search(r'name="form" value="([\w-]+)"', html)
    assert found is not None
    return found[1]


async def post(client: Client, fields: dict[str, str], query: str = "", **headers: str) -> ClientResponse:
    return await client.post(PAGE + query, data=fields, headers=headers, allow_redirects=False)


async def test_answers_are_stored_once_and_thanked_for(client: Client, engine: Engine) -> None:
    form = await fresh(client)
    fields = {"form": form, "q1": "yes", "q4": "La línea de teléfono", "q5": ""}
    response = await post(client, fields)
    assert response.status == 303
    thanks = await client.get(f"/survey/{response.headers['Location']}")
    assert thanks.status == 200
    assert "We have your answers" in await thanks.text()
    for _ in range(2):  # the button pressed again, the page sent again
        assert (await post(client, fields)).status == 303
    assert stored(engine) == [{"q1": "yes", "q4": "La línea de teléfono"}]


async def test_a_form_sent_again_with_other_answers_asks_and_loses_nothing(client: Client, engine: Engine) -> None:
    form = await fresh(client)
    await post(client, {"form": form, "q1": "yes"})
    response = await post(client, {"form": form, "q1": "no", "q5": "Shorter lines"})
    html = await response.text()
    assert response.status == 409
    assert "sent before, with other answers" in html
    assert "Shorter lines</textarea>" in html
    assert stored(engine) == [{"q1": "yes"}]
    new = re.search(r'name="form" value="([\w-]+)"', html)
    assert new is not None
    assert new[1] != form
    assert (await post(client, {"form": new[1], "q1": "no", "q5": "Shorter lines"})).status == 303
    assert len(stored(engine)) == 2


async def test_nothing_that_tells_who_or_when_is_stored(client: Client, engine: Engine) -> None:
    headers = {"User-Agent": "Telltale/1.0", "X-Forwarded-For": "8.8.4.4", "Referer": "https://tell.tale"}
    await post(client, {"form": await fresh(client), "q1": "no", "name": "Telltale"}, "?lang=es", **headers)
    with engine.connect() as connection:
        assert connection.execute(select(inbox)).all() == []
        assert connection.execute(select(outbox)).all() == []
        (row,) = connection.execute(select(survey_answer)).mappings().all()
        assert set(row) == {"organization_id", "survey_id", "submission", "answers"}
        assert row["answers"] == {"q1": "no"}
        for table in metadata.sorted_tables:
            everything = repr(connection.execute(select(table)).all())
            assert "elltale" not in everything
            assert "8.8.4.4" not in everything
            assert "127.0.0.1" not in everything
        if engine.dialect.name == "sqlite":
            (made,) = connection.execute(text("SELECT sql FROM sqlite_master WHERE name = 'survey_answer'")).scalars()
            assert "WITHOUT ROWID" in made, "a row id would keep the order of arrival"


@pytest.mark.parametrize("path", [PAGE, f"{PAGE}/thanks", "/survey/no-such-survey-here"])
async def test_the_page_sets_no_cookie_and_loads_nothing(client: Client, path: str) -> None:
    response = await client.get(path)
    html = await response.text()
    assert "Set-Cookie" not in response.headers
    policy = response.headers["Content-Security-Policy"]
    assert policy.startswith("default-src 'none'; style-src 'nonce-")
    assert "unsafe" not in policy
    assert "script-src" not in policy
    assert response.headers["Referrer-Policy"] == "no-referrer"
    assert response.headers["Cache-Control"] == "no-store"
    assert "<script" not in html
    assert not re.search(r"\sstyle=|\son\w+=", html)
    assert not re.findall(r'(?:src|href|action)="(?:https?:)?//', html)
    assert "url(" not in html
    nonce = re.search(r"'nonce-([^']+)'", policy)
    assert nonce is not None
    assert f'<style nonce="{nonce[1]}">' in html


@pytest.mark.parametrize(
    ("query", "accept", "language"),
    [
        ("", "", "en"),
        ("", "es-MX,es;q=0.9,en;q=0.8", "es"),
        ("", "en-US,en;q=0.9,es;q=0.8", "en"),
        ("", "fr, es;q=0.3", "es"),
        ("", "es;q=0, de", "en"),
        ("", "es;q=nonsense", "en"),
        ("?lang=es", "en", "es"),
        ("?lang=en", "es", "en"),
        ("?lang=xx", "es", "es"),
    ],
)
async def test_the_language_is_the_links_or_the_browsers(
    client: Client, query: str, accept: str, language: str
) -> None:
    response = await client.get(PAGE + query, headers={"Accept-Language": accept})
    html = await response.text()
    assert f'<html lang="{language}">' in html
    assert response.headers["Content-Language"] == language
    assert ("¿Fue fácil recibir la ayuda" in html) == (language == "es")
    assert ("hasta el 31 de marzo de 2026" if language == "es" else "through March 31, 2026") in html


async def test_everything_after_the_form_is_in_its_language_too(client: Client) -> None:
    form = await fresh(client)
    empty = await post(client, {"form": form, "q4": " "}, "?lang=es")
    html = await empty.text()
    assert empty.status == 422
    assert "Todas las preguntas están en blanco" in html
    assert "<title>Error: Díganos" in html
    sent = await post(client, {"form": form, "q1": "yes"}, "?lang=es")
    thanks = await client.get(f"/survey/{sent.headers['Location']}")
    assert "Recibimos sus respuestas" in await thanks.text()


@pytest.mark.parametrize(
    ("fields", "name", "sentence"),
    [
        ({}, "", "All questions are still empty"),
        ({"q1": "maybe"}, "q1-0", "Choose one of the answers"),
        ({"q4": "x" * (LONGEST + 1)}, "q4", "more than 2,000 characters"),
    ],
)
async def test_faults_are_told_and_what_was_typed_stays(
    client: Client, engine: Engine, fields: dict[str, str], name: str, sentence: str
) -> None:
    form = await fresh(client)
    response = await post(client, {"form": form, "q5": "", **fields})
    html = await response.text()
    assert response.status == 422
    assert sentence in html
    assert not name or f'href="#{name}"' in html
    assert f'value="{form}"' in html, "the same form goes on"
    assert fields.get("q4", "") in html
    assert stored(engine) == []


async def test_the_longest_answers_in_any_script_fit(client: Client, engine: Engine) -> None:
    for words in ("¡" * LONGEST, "😀" * LONGEST):
        assert (await post(client, {"form": await fresh(client), "q4": words, "q5": words})).status == 303
    assert [len(answers["q5"]) for answers in stored(engine)] == [LONGEST, LONGEST]


@pytest.mark.parametrize("text", HOSTILE)
async def test_hostile_words_are_stored_as_they_are_and_shown_as_words(
    client: Client, engine: Engine, text: str
) -> None:
    response = await post(client, {"form": await fresh(client), "q4": text, "q1": "maybe"})
    html = await response.text()
    assert "<script" not in html.lower()
    area = re.search(r'<textarea id="q4"[^>]*>\n(.*?)</textarea>', html, re.S)
    assert area is not None
    assert "<" not in area[1]
    assert unescape(area[1]).split()[:1] == text.translate({0x202C: "", 0x202E: ""}).split()[:1]
    assert (await post(client, {"form": await fresh(client), "q4": text})).status == 303
    assert stored(engine)[0]["q4"] == text.replace("\0", "").replace("\r\n", "\n").strip()


async def test_it_closes_after_its_last_day_and_when_somebody_closes_it(
    client: Client, engine: Engine, clock: MovableClock
) -> None:
    form = await fresh(client)
    clock.move_to(datetime(2026, 4, 1, 6, 59, tzinfo=UTC))  # a minute to midnight in California
    assert (await client.get(PAGE)).status == 200
    clock.move_to(datetime(2026, 4, 1, 7, 0, tzinfo=UTC))
    for response in (await client.get(PAGE), await post(client, {"form": form, "q1": "yes"})):
        assert response.status == 410
        assert "This survey is closed" in await response.text()
    clock.move_to(datetime(2026, 3, 2, 18, 0, tzinfo=UTC))
    with engine.begin() as connection:
        connection.execute(sql_update(survey).values(closed_at=clock.read()))
    assert (await post(client, {"form": form, "q1": "yes"})).status == 410
    assert stored(engine) == []
    assert "Answer for somebody else" not in await (await client.get(f"{PAGE}/thanks")).text()


@pytest.mark.parametrize("token", ["no-such-survey-here", "short", "%F0%9F%98%80" * 5, "x" * 200, "..%2F..%2Fetc"])
@pytest.mark.parametrize("tail", ["", "/thanks"])
async def test_an_unknown_address_says_so_kindly(client: Client, token: str, tail: str) -> None:
    response = await client.get(f"/survey/{token}{tail}", headers={"Accept-Language": "es"})
    assert response.status == 404
    assert "No hay ninguna encuesta" in await response.text()
    assert (await client.post(f"/survey/{token}", data={"form": "x" * 20, "q1": "yes"})).status in (404, 405)


async def test_too_many_from_one_address_wait_and_lose_nothing(
    client: Client, engine: Engine, clock: MovableClock
) -> None:
    for number in range(BURST):
        assert (await post(client, {"form": f"form-of-somebody-{number}", "q1": "yes"})).status == 303
    fields = {"form": "form-of-the-next-one", "q1": "no", "q5": "Fewer forms"}
    response = await post(client, fields)
    html = await response.text()
    assert response.status == 429
    assert "please send it again in a few minutes" in html
    assert "Fewer forms</textarea>" in html
    assert len(stored(engine)) == BURST
    elsewhere = await post(client, {"form": "form-of-another-home", "q1": "no"}, **{"X-Forwarded-For": "8.8.8.8"})
    assert elsewhere.status == 303, "people behind a proxy have addresses of their own"
    clock.move_to(clock.read() + timedelta(minutes=1))
    assert (await post(client, fields)).status == 303


@pytest.mark.parametrize(
    ("body", "content_type", "status"),
    [
        (b"", "application/x-www-form-urlencoded", 400),
        (b"form=short", "application/x-www-form-urlencoded", 400),
        (b"form=" + b"x" * 41 + b"&q1=yes", "application/x-www-form-urlencoded", 400),
        (b"form=%ff%fe" + b"x" * 20 + b"&q1=yes", "application/x-www-form-urlencoded", 400),
        (b"\xff\xfe\x00form", "application/x-www-form-urlencoded", 400),
        (b"form=" + b"x" * 20 + b"&q4=%ff%fe", "application/x-www-form-urlencoded", 303),
        (b"form=" + b"x" * 20 + b"&q1=yes", "application/x-www-form-urlencoded; charset=klingon", 303),
        (b"&".join([b"q1=yes"] * 60), "application/x-www-form-urlencoded", 400),
        (b'{"q1": "yes"}', "application/json", 400),
        (b"q1=yes", "multipart/form-data", 400),
        (b"q1=yes", "nonsense", 400),
        (b"q4=" + b"x" * MAX_BODY, "application/x-www-form-urlencoded", 413),
    ],
)
async def test_what_our_form_would_not_send_gets_a_page_in_words(
    client: Client, engine: Engine, body: bytes, content_type: str, status: int
) -> None:
    headers = {"Content-Type": content_type, "Accept-Language": "es"}
    response = await client.post(PAGE, data=body, headers=headers, allow_redirects=False)
    assert response.status == status
    if status != 303:
        assert "No se guardó nada" in await response.text()
    assert len(stored(engine)) == (status == 303)


async def test_while_the_database_does_not_answer_what_was_typed_waits_on_the_page(
    client: Client, engine: Engine
) -> None:
    form = await fresh(client)

    def gone(*_: object) -> None:
        raise OperationalError("connect", None, Exception("gone"))

    event.listen(engine, "do_connect", gone)
    engine.dispose()
    try:
        assert (await client.get(PAGE)).status == 503
        response = await post(client, {"form": form, "q4": "", "q5": '"Shorter" letters'})
    finally:
        event.remove(engine, "do_connect", gone)
    html = await response.text()
    assert response.status == 503
    assert "could not save your answers just now" in html
    waiting = {name: unescape(value) for name, value in re.findall(r'name="(\w+)" value="([^"]*)"', html)}
    assert (await post(client, waiting)).status == 303
    assert stored(engine) == [{"q5": '"Shorter" letters'}]


async def test_while_the_database_cannot_be_written_the_form_keeps_what_was_typed(
    client: Client, engine: Engine
) -> None:
    form = await fresh(client)
    with engine.begin() as connection:  # on SQLite this alone keeps every other writer out
        if engine.dialect.name == "postgresql":
            connection.execute(text("LOCK TABLE survey_answer IN EXCLUSIVE MODE"))
        response = await post(client, {"form": form, "q1": "yes", "q5": "Shorter letters"})
    html = await response.text()
    assert response.status == 503
    assert "We could not save your answers just now" in html
    assert "Shorter letters</textarea>" in html
    assert stored(engine) == []


WORDS = st.one_of(st.text(max_size=60), st.sampled_from(["yes", "no", "\0", "x" * 20]))
PAIRS = st.lists(st.tuples(st.sampled_from(["form", "q1", "q2", "q4", "q5", "q6", "lang", ""]), WORDS), max_size=8)
OURS = st.tuples(WORDS, WORDS).map(lambda said: [("form", "form-of-somebody-01"), ("q1", "yes"), ("q4", said[0])])
BODIES = st.one_of(
    st.binary(max_size=300), st.one_of(PAIRS, OURS).map(lambda pairs: urlencode(pairs, errors="replace").encode())
)
QUERIES = st.sampled_from(["", "?lang=es", "?lang=%00", "?lang=a&lang=b", "?%ff"])


async def test_whatever_is_posted_it_is_never_an_error_of_ours(client: Client, clock: MovableClock) -> None:
    tried: list[tuple[bytes, str]] = []

    @settings(max_examples=200, database=None)
    @given(BODIES, QUERIES)
    def collect(body: bytes, query: str) -> None:
        tried.append((body, query))

    collect()
    seen = set()
    for body, query in tried:
        clock.move_to(clock.read() + timedelta(minutes=1))
        response = await client.post(PAGE + query, data=body, headers=FORM_TYPE, allow_redirects=False)
        seen.add(response.status)
    assert seen <= {303, 400, 409, 410, 413, 422, 429}
    assert {303, 400, 409} <= seen

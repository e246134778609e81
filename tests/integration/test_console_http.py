"""The console over HTTP: who is let in, what a request may say, and that hostile text stays text in the page."""

from __future__ import annotations

import json
import re
from collections.abc import AsyncIterator
from html import unescape

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer
from sqlalchemy import Engine

from bot.chat.codec import to_json
from bot.chat.forms import Field, Form, Option
from bot.chat.uploads import LARGEST, Upload, from_value, to_value
from storage.console import ConsoleStore
from tests.browser.stub_county import UPDATE, StubCounty, county_with
from tests.golden.cases import HOSTILE

Client = TestClient[web.Request, web.Application]
TAGS = {"article", "span", "p", "b", "time", "div", "a", "button", "svg", "use", "h2"}
WHERE = {"as": "ann", "in": "c-reunification"}


@pytest.fixture
def county(engine: Engine) -> StubCounty:
    return county_with(ConsoleStore(engine))


@pytest.fixture
async def client(county: StubCounty) -> AsyncIterator[Client]:
    app = web.Application()
    county.adapter.routes(app)
    async with TestClient(TestServer(app, host="127.0.0.1")) as found:
        yield found


async def page(client: Client, query: str = "") -> str:
    response = await client.get(f"/console{query}")
    assert response.status == 200
    return await response.text()


async def act(client: Client, path: str, body: dict[str, object], **headers: str) -> tuple[int, str]:
    token = re.search(r'name="csrf-token" content="([^"]+)"', await page(client))
    assert token is not None
    sent = {"X-CSRF-Token": token[1], "Origin": str(client.make_url("")).rstrip("/")} | headers
    response = await client.post(f"/console/{path}", json=body, headers=sent)
    return response.status, await response.text()


async def messages(client: Client, reader: str = "ann") -> str:
    response = await client.get("/console/state", params=WHERE | {"as": reader})
    return "".join(row["html"] for row in (await response.json())["messages"])


async def test_the_page_may_load_from_this_machine_only(client: Client) -> None:
    response = await client.get("/console")
    policy = response.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    html = await response.text()
    assert not re.search(r"""(?:src|href)=["'](?:https?:)?//""", html)
    assert not re.search(r"""\son\w+=|\sstyle=|<style|<script(?! type="module" src)""", html)
    for asset in re.findall(r'"(/console/assets/[^"]+)"', html):
        assert (await client.get(asset)).status == 200


@pytest.mark.parametrize(
    "host", ["evil.example", "evil.example:8300", "127.0.0.1.evil.example", "localhost.evil", "[::", ""]
)
async def test_a_foreign_name_for_this_machine_is_refused(client: Client, host: str) -> None:
    for path in ("/console", "/console/state", "/console/assets/console.js"):
        assert (await client.get(path, headers={"Host": host})).status in (400, 403)


@pytest.mark.parametrize("host", ["localhost", "localhost:8300", "127.0.0.1:8300", "[::1]:8300"])
async def test_this_machines_own_names_are_let_in(client: Client, host: str) -> None:
    assert (await client.get("/console", headers={"Host": host})).status == 200


@pytest.mark.parametrize(
    "headers",
    [
        {"X-CSRF-Token": ""},
        {"X-CSRF-Token": "x" * 43},
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
    ],
)
async def test_a_request_from_another_page_does_nothing(
    client: Client, county: StubCounty, headers: dict[str, str]
) -> None:
    for path in ("say", "press", "submit", "win", "home", "read", "travel"):
        status, _ = await act(client, path, WHERE | {"text": "/sip plan", "delivery_id": "d"}, **headers)
        assert status == 403
    assert county.commands_seen == []


@pytest.mark.parametrize("text", HOSTILE)
async def test_hostile_words_stay_words_in_the_page(client: Client, text: str) -> None:
    await act(client, "say", WHERE | {"text": text, "delivery_id": "d"})
    html = await messages(client, "ben")
    assert not set(re.findall(r"<([a-z0-9]+)", html)) - TAGS
    assert not re.search(r"\son\w+=\"", re.sub(r'"[^"]*"', '""', html))
    for address in re.findall(r'href="([^"]*)"', html):
        assert address.startswith(("https://", "#i-"))
    shown = unescape(re.sub(r"<[^>]*>", "", html))
    assert text.split()[-1].translate({0x202C: "", 0x202E: ""}).replace("<#C123|general>", "#general") in shown


async def test_the_state_inside_the_page_cannot_break_out(client: Client) -> None:
    await act(client, "say", WHERE | {"text": '"><script>alert(1)</script>', "delivery_id": "d"})
    html = await page(client, "?as=ann&in=c-reunification")
    assert "<script>alert" not in html
    state = re.search(r'data-state="([^"]*)"', html)
    assert state is not None
    assert json.loads(unescape(state[1]))["messages"]


async def test_a_stale_address_opens_something_that_is_there(client: Client) -> None:
    response = await client.get("/console/state", params={"as": "gone", "in": "dm:ben", "thread": "x", "limit": "-1"})
    state = await response.json()
    assert (state["user"], state["place"], state["thread"]) == ("ann", "c-reunification", None)


async def test_a_problem_a_person_can_put_right_comes_as_a_sentence(client: Client) -> None:
    status, body = await act(client, "say", {"as": "ben", "in": "c-kinship", "text": "hi", "delivery_id": "d"})
    assert status == 422
    assert "not in that channel" in json.loads(body)["problem"]


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("say", {}),
        ("say", [1]),
        ("press", WHERE | {"verb": "x", "values": "no", "delivery_id": "d"}),
        ("submit", WHERE | {"form": '{"is":"Evil"}', "values": {}, "delivery_id": "d"}),
        ("submit", WHERE | {"form": '{"is":"Divider"}', "values": {}, "delivery_id": "d"}),
        ("travel", {"kind": "year"}),
    ],
)
async def test_a_request_that_makes_no_sense_is_400(client: Client, path: str, body: dict[str, object]) -> None:
    assert (await act(client, path, body))[0] == 400


async def test_a_form_with_faults_comes_back_with_what_was_typed(client: Client) -> None:
    values = {"ref": "2.1.1", "status": "done", "note": "<b>x"}
    body = WHERE | {"form": to_json(UPDATE), "values": values, "delivery_id": "d"}
    status, answer = await act(client, "submit", body)
    form = json.loads(answer)["form"]
    assert status == 200
    assert "Say in a few words what happened." in form["html"]
    assert '<option value="2.1.1" selected>' in form["html"]
    assert "&lt;b&gt;x</textarea>" in form["html"]


async def test_a_file_of_a_form_arrives_whole_and_a_required_one_is_asked_for(
    client: Client, county: StubCounty
) -> None:
    form = Form("Win", "win", (Field("text", "File", "file", (Option("csv", "CSV"),)),))
    upload = Upload("<b>.csv", bytes(range(256)) * (LARGEST // 256))
    body = WHERE | {"form": to_json(form), "delivery_id": "d"}
    status, answer = await act(client, "submit", body | {"values": {"text": ""}})
    assert "Choose a file." in json.loads(answer)["form"]["html"]
    status, answer = await act(client, "submit", body | {"values": {"text": to_value(upload)}})
    assert (status, json.loads(answer)) == (200, {"answered": True})
    assert from_value(county.commands_seen[-1].values["text"]) == upload
    status, _ = await act(client, "submit", body | {"values": {"text": "x" * 2 * LARGEST}})
    assert status == 413


async def test_private_answers_are_drawn_for_their_reader_only(client: Client) -> None:
    await act(client, "say", WHERE | {"text": "/sip plan", "delivery_id": "d"})
    assert "Only visible to you" in await messages(client, "ann")
    assert "plan" not in (await messages(client, "ben")).lower()

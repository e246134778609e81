"""/metrics and the log's lines of the whole application, over HTTP: what they tell, and to whom."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import aiohttp
import pytest
from prometheus_client.parser import text_string_to_metric_families

from bot.app import build
from bot.chat.commands import Role
from bot.chat.messages import say
from bot.chat.replies import Reply
from bot.config import load
from storage.queries.people import organizations, people_with_role
from storage.uow import Destination
from tests.fake_slack import FakeSlack, Fault
from tests.logbook import logbook
from tests.slack_county import CHANNELS, PEOPLE, County, serve

SECRET = "a signing secret"
TYPED = "Maria G. moved in with her aunt"
ORGANIZATION = "Tanglewood County"


@pytest.fixture
async def county(engine, clock) -> AsyncIterator[County]:
    """The application before an empty workspace, with nobody in it yet."""
    async with FakeSlack(SECRET) as slack:
        settings = load(
            _env_file=None, slack_signing_secret=SECRET, slack_bot_token=slack.token, slack_api_url=slack.api_url,
            sipbot_admins=PEOPLE["ida"],
        )  # fmt: skip
        app = build(settings, clock=clock, console=False, engine=engine)
        await app.start(worker=False)
        runner, slack.app_url = await serve(app.web)
        yield County(app, slack, clock)
        await runner.cleanup()
        await app.stop()


async def metrics(county: County, **headers: str) -> tuple[int, str]:
    url = county.slack.app_url.replace("/slack/events", "/metrics")
    async with aiohttp.ClientSession() as session, session.get(url, headers=headers) as answer:
        return answer.status, await answer.text()


async def figures(county: County) -> dict[tuple[str, ...], float]:
    """{("sipbot_deliveries_total", "outcome=sent", "platform=slack"): 1.0}"""
    _, text = await metrics(county)
    families = text_string_to_metric_families(text)
    return {(s.name, *sorted(map("=".join, s.labels.items()))): s.value for family in families for s in family.samples}


async def test_what_is_done_is_counted_and_nobody_is_named(county: County):
    ida = county.person("ida")
    await ida.types(f"/sip settings name {ORGANIZATION}")
    await ida.types(f"/sip {TYPED}")
    await ida.types("/sip settings zone nowhere at all")
    county.slack.fail("chat.postMessage", Fault(500))
    with county.app.dispatcher._open() as uow:
        uow.organization = organizations(uow.connection)[0]
        who = people_with_role(uow, Role.ADMIN)[0].id
        for number in range(2):
            uow.post("notice", Destination(person_id=who), say(TYPED), key=f"k{number}")
    await county.app.delivery.once()
    found = await figures(county)
    assert found["sipbot_command_seconds_count", "outcome=answered", "verb=settings"] == 1
    assert found["sipbot_command_seconds_count", "outcome=user_error", "verb=unknown"] == 1
    assert found["sipbot_command_seconds_count", "outcome=user_error", "verb=settings"] == 1
    assert found["sipbot_deliveries_total", "outcome=retried", "platform=slack"] == 1
    assert found["sipbot_outbox_messages", "state=pending"] == 2
    assert found["sipbot_database_up",] == 1
    assert ("sipbot_slack_connected",) not in found  # not in Socket Mode
    _, text = await metrics(county)
    for word in (ORGANIZATION, "Tanglewood", "Maria", TYPED, PEOPLE["ida"], "ida"):
        assert word not in text.replace("validation", "")


async def test_a_second_delivery_is_counted_as_one(county: County):
    person = county.slack.person(PEOPLE["ida"], "ida", CHANNELS["intake"])
    event = {"type": "message", "channel": "D1", "channel_type": "im", "user": person.user, "text": "help", "ts": "1.1"}
    for _ in range(3):
        await county.slack.event(event, event_id="Ev1")
    found = await figures(county)
    assert found["sipbot_inbox_duplicates_total",] == 2
    assert found["sipbot_command_seconds_count", "outcome=repeated", "verb=help"] == 2


async def test_the_queues_age_grows_with_the_clock_and_is_read_from_the_database_once_in_a_while(county: County):
    await county.person("ida").types("/sip help")
    with county.app.dispatcher._open() as uow:
        uow.organization = organizations(uow.connection)[0]
        uow.post("notice", Destination(person_id=people_with_role(uow, Role.ADMIN)[0].id), say("x"), key="k")
    seconds = iter((0.0, 1.0, 11.0))
    county.app.metrics._seconds = lambda: next(seconds)
    county.clock.move_to(county.clock.read() + timedelta(minutes=40))
    ages = []
    for _ in range(3):
        ages.append((await figures(county))["sipbot_outbox_oldest_due_seconds",])
        county.clock.move_to(county.clock.read() + timedelta(minutes=10))
    assert ages == [2400.0, 2400.0, 3600.0]


async def test_only_this_machine_reads_them_and_no_proxy_on_it(county: County):
    assert (await metrics(county))[0] == 200
    for header in ("X-Forwarded-For", "Forwarded", "X-Real-IP", "Via"):
        status, text = await metrics(county, **{header: "203.0.113.9"})
        assert (status, text) == (404, "")


async def test_with_a_token_only_its_holder_reads_them(engine, clock):
    app = build(load(_env_file=None, sipbot_metrics_token="m3trics"), clock=clock, console=True, engine=engine)
    runner, url = await serve(app.web)
    async with aiohttp.ClientSession() as session:
        for given, expected in (
            ("Bearer m3trics", 200),
            ("Bearer no", 401),
            ("m3trics", 401),
            ("", 401),
            ("Bearer é", 401),
        ):
            headers = {"Authorization": given, "X-Forwarded-For": "203.0.113.9"}
            async with session.get(url.replace("/slack/events", "/metrics"), headers=headers) as answer:
                assert answer.status == expected, given
    await runner.cleanup()
    await app.stop()


async def test_ready_says_what_is_not_and_nothing_else(engine, clock, monkeypatch):
    app = build(load(_env_file=None), clock=clock, console=True, engine=engine)
    runner, url = await serve(app.web)
    site = url.replace("/slack/events", "")

    async def asked(path: str) -> tuple[int, Any]:
        async with aiohttp.ClientSession() as session, session.get(site + path) as answer:
            return answer.status, await answer.json()

    monkeypatch.setattr("bot.app.not_ready", lambda engine: "the database does not answer")
    assert await asked("/readyz") == (503, {"status": "not ready", "reason": "the database does not answer"})
    monkeypatch.setattr("bot.app.not_ready", lambda engine: "")
    assert await asked("/readyz") == (200, {"status": "ok"})
    app.stopping = True
    assert await asked("/readyz") == (503, {"status": "not ready", "reason": "stopping"})
    assert await asked("/healthz") == (200, {"status": "ok"})
    await runner.cleanup()
    await app.stop()


async def test_the_reference_a_person_is_told_is_in_every_line_of_the_request(county: County):
    def fails(*_: object) -> Reply:
        raise RuntimeError(TYPED)

    specs = dict(county.app.dispatcher.specs)
    county.app.dispatcher.specs = specs | {"help": replace(specs["help"], run=fails)}
    with logbook() as book:
        await county.person("ida").types(f"/sip help {TYPED}")
        async with aiohttp.ClientSession() as session:
            await session.get(county.slack.app_url.replace("/slack/events", f"/r/{'t0ken' * 5}"))
    (failed,) = book.said("command failed")
    assert failed["reference"] in county.person("ida").text
    (command,) = book.said("command")
    mine, other = book.said("request")
    assert command["reference"] == mine["reference"] == failed["reference"] != other["reference"]
    assert (command["verb"], command["outcome"]) == ("help", "failed")
    assert (mine["method"], mine["route"], mine["status"]) == ("POST", "/slack/events", 200)
    assert (other["route"], other["status"]) == ("/r/{name}", 404)
    assert "t0ken" not in book.getvalue()
    assert TYPED not in book.getvalue()

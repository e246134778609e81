"""Socket Mode with several replicas: Slack hands each payload to one of our connections, and again where nobody took
it. A payload is acknowledged after its commit, has its effect once, and a replica that stops answers what it was given.
"""

from __future__ import annotations

import asyncio
import itertools
import json
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import aiohttp
import pytest
from aiohttp import web
from sqlalchemy import select

from bot.adapters.slack.outbound import Outbound
from bot.app import App, build
from bot.chat.clock import MovableClock
from bot.chat.compose import built_in
from bot.chat.messages import say
from bot.config import load
from storage.db import reading
from storage.models import update
from storage.queries import people
from storage.uow import Destination, unit_of_work
from tests.builders import a_plan, an_organization
from tests.fake_slack import FakeSlack, Fault
from tests.slack_people import TEAM
from tests.trust.table import record

PATIENCE = 10.0  # seconds after which this Slack sends an event again


class ManySockets(FakeSlack):
    """A Slack with many connections: a payload goes to one after the other, until one acknowledges it."""

    def __init__(self) -> None:
        super().__init__("unused")
        self.open: list[web.WebSocketResponse] = []
        self.taken: Counter[int] = Counter()  # acknowledgements by connection
        self.loses_acknowledgements = 0
        self.bad_addresses = 0  # so many of the next ones lead nowhere, however often they are tried
        self._good: dict[str, bool] = {}  # by ticket; each is good once
        self._turns = itertools.count()
        self._waiting: dict[str, asyncio.Future[None]] = {}

    def _do(self, method: str, args: Any) -> Any:
        if method != "apps.connections.open":
            return super()._do(method, args)
        ticket = str(len(self._good))
        self._good[ticket], self.bad_addresses = not self.bad_addresses, max(0, self.bad_addresses - 1)
        return {"url": f"{super()._do(method, args)['url']}?ticket={ticket}"}

    async def _serve_socket(self, request: web.Request) -> web.WebSocketResponse:
        ticket = request.query["ticket"]
        if not self._good[ticket]:
            raise web.HTTPForbidden
        self._good[ticket] = False
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        await socket.send_json({"type": "hello", "num_connections": len(self.open) + 1})
        self.open.append(socket)
        async for message in socket:
            if message.type is aiohttp.WSMsgType.TEXT and message.data.startswith("{"):
                self._acknowledge(json.loads(message.data)["envelope_id"], socket)
        self.open.remove(socket)
        return socket

    def _acknowledge(self, envelope: str, socket: web.WebSocketResponse) -> None:
        self.taken[id(socket)] += 1
        if self.loses_acknowledgements:
            self.loses_acknowledgements -= 1
        elif not self._waiting[envelope].done():
            self._waiting[envelope].set_result(None)

    async def says(self, number: int, patience: float = PATIENCE) -> int:
        """Somebody writes to the bot -> how often it was sent until it was acknowledged."""
        message = {
            "type": "message", "channel": f"D{number % 5}", "channel_type": "im", "user": f"U{number % 5}",
            "text": f"update 1.1.1 in progress note {number} of many", "ts": f"17.{number:06d}", "team": TEAM,
        }  # fmt: skip
        body = {"type": "event_callback", "team_id": TEAM, "event_id": f"Ev{number}", "event": message}
        for attempt in itertools.count():
            envelope = f"e{number}-{attempt}"
            self._waiting[envelope] = asyncio.get_running_loop().create_future()
            sent = {"type": "events_api", "envelope_id": envelope, "payload": body, "accepts_response_payload": False,
                    "retry_attempt": attempt, "retry_reason": "timeout" if attempt else ""}  # fmt: skip
            try:
                await self.open[next(self._turns) % len(self.open)].send_json(sent)
                await asyncio.wait_for(self._waiting[envelope], patience)
                return attempt + 1
            except (TimeoutError, ConnectionError, ZeroDivisionError, IndexError):
                await asyncio.sleep(0.02)
        raise AssertionError


def replica(engine: Any, clock: MovableClock, slack: ManySockets) -> App:
    settings = load(
        _env_file=None, slack_bot_token=slack.token, slack_app_token=slack.app_token, slack_api_url=slack.api_url
    )
    return build(settings, clock=clock, console=False, engine=engine)


@asynccontextmanager
async def replicas(engine: Any, clock: MovableClock, slack: ManySockets, count: int = 2) -> AsyncIterator[list[App]]:
    apps = [replica(engine, clock, slack) for _ in range(count)]
    for app in apps:
        await app.start(worker=False)
    await slack.until(lambda: len(slack.open) == count, 10)
    yield apps
    for app in apps:
        await app.stop()


@pytest.fixture
async def slack() -> AsyncIterator[ManySockets]:
    async with ManySockets() as found:
        yield found


@pytest.fixture
def county(engine, clock):
    with unit_of_work(engine, clock.read(), built_in()) as uow:
        an_organization(uow)
        people.add_workspace(uow.connection, uow.organization.id, "slack", TEAM)
        a_plan(uow)
    return engine


def notes(engine: Any) -> Counter[str]:
    with reading(engine) as connection:
        return Counter(connection.execute(select(update.c.note)).scalars())


def wrong(engine: Any, count: int) -> tuple[int, int]:
    """(lost, doubled)"""
    found = notes(engine)
    told = [found[f"note {number} of many"] for number in range(count)]
    return told.count(0), sum(max(0, one - 1) for one in told)


async def test_events_are_spread_and_each_is_acknowledged_after_its_commit(county, clock, slack):
    async with replicas(county, clock, slack):
        for number in range(6):
            assert await slack.says(number) == 1
            assert notes(county)[f"note {number} of many"] == 1  # there when the acknowledgement is
        assert sorted(slack.taken.values()) == [3, 3]


async def test_a_lost_acknowledgement_makes_slack_send_again_and_the_effect_is_there_once(county, clock, slack):
    async with replicas(county, clock, slack):
        slack.loses_acknowledgements = 3
        sent = await asyncio.gather(*(slack.says(number, patience=2.0) for number in range(8)))
    lost, doubled = wrong(county, 8)
    record(
        "Socket Mode: acknowledgements lost, events sent again to another replica",
        f"{county.dialect.name}, 2 connections, 8 events",
        f"{sum(sent)} sendings, {lost} lost, {doubled} doubled",
    )
    assert (lost, doubled) == (0, 0)
    assert sum(sent) > 8


async def test_connections_that_drop_or_are_told_to_go_are_made_anew(county, clock, slack):
    async with replicas(county, clock, slack):
        told, dropped = slack.open[:]
        await told.send_json({"type": "disconnect", "reason": "refresh_requested"})
        await slack.until(lambda: told not in slack.open and len(slack.open) == 2, 10)
        await dropped.close()
        sent = await asyncio.gather(*(slack.says(number, patience=3.0) for number in range(8)))
        await slack.until(lambda: len(slack.open) == 2, 15)
    assert wrong(county, 8) == (0, 0)
    assert all(count >= 1 for count in sent)


async def test_a_replica_that_stops_answers_what_it_was_given_and_the_other_takes_over(county, clock, slack):
    async with replicas(county, clock, slack) as (leaving, _):
        before = len(slack.open)
        writing = [asyncio.create_task(slack.says(number, patience=3.0)) for number in range(10)]
        await asyncio.sleep(0)
        await leaving.stop()
        assert len(slack.open) == before - 1
        writing += [asyncio.create_task(slack.says(number, patience=3.0)) for number in range(10, 14)]
        await asyncio.gather(*writing)
    lost, doubled = wrong(county, 14)
    record(
        "Socket Mode: a replica stops while events come in", f"{county.dialect.name}, 2 connections, 14 events",
        f"{lost} lost, {doubled} doubled",
    )  # fmt: skip
    assert (lost, doubled) == (0, 0)


async def test_all_else_begins_while_slack_refuses_the_socket(county, clock, slack, monkeypatch, caplog):
    monkeypatch.setattr("bot.adapters.slack.socket.PAUSE", 0.05)
    monkeypatch.setattr("bot.app.not_ready", lambda engine: "")  # the fixture's database has no versions
    slack.fail("apps.connections.open", *[Fault(error="invalid_auth")] * 200)
    app = replica(county, clock, slack)
    with unit_of_work(county, clock.read(), built_in()) as uow:
        (uow.organization,) = people.organizations(uow.connection)
        intake = people.channel_for(uow, "slack", TEAM, "C0INTAKE01", "intake")
        uow.post("notice", Destination(channel_id=intake.id), say("The plan is here."), key="n1")
    async with asyncio.timeout(5):
        await app.start()
    await slack.until(lambda: slack.posts("C0INTAKE01"))
    assert app.slack.connected is False
    assert b"sipbot_slack_connected 0.0" in await asyncio.to_thread(app.metrics.text)
    assert app.not_ready() == ""  # Teams, pages and the newsletter's readers need no socket
    slack.faults.clear()
    await slack.until(lambda: app.slack.connected)
    assert b"sipbot_slack_connected 1.0" in await asyncio.to_thread(app.metrics.text)
    assert len(slack.open) == 1
    said = [record.getMessage() for record in caplog.records if "SLACK_APP_TOKEN" in record.getMessage()]
    assert len(said) == 1
    assert "invalid_auth" in said[0]
    await app.stop()


async def test_a_fault_of_ours_does_not_end_the_tries_to_be_connected(county, clock, slack, monkeypatch, caplog):
    monkeypatch.setattr("bot.adapters.slack.socket.PAUSE", 0.02)
    real, faults = Outbound.socket_address, iter(range(3))

    async def address(outbound: Outbound, token: str) -> str:
        if next(faults, None) is not None:
            raise LookupError("a fault of ours")
        return await real(outbound, token)

    monkeypatch.setattr(Outbound, "socket_address", address)
    async with replicas(county, clock, slack, 1) as (app,):
        await slack.until(lambda: app.slack.connected)
        assert await slack.says(1) == 1
    said = [record for record in caplog.records if "not connected to Slack" in record.getMessage()]
    assert len(said) == 1
    assert said[0].exc_info


@pytest.mark.parametrize("when", ["at first", "later"])
async def test_an_address_that_leads_nowhere_is_not_tried_for_ever(county, clock, slack, monkeypatch, when):
    for name, seconds in {"PAUSE": 0.05, "AWAY": 0.5, "PING_SECONDS": 0.1}.items():
        monkeypatch.setattr(f"bot.adapters.slack.socket.{name}", seconds)
    if when == "at first":
        slack.bad_addresses = 2
    async with replicas(county, clock, slack, 1) as (app,):
        await slack.until(lambda: app.slack.connected)
        if when == "later":
            slack.bad_addresses = 2
            await slack.open[0].send_json({"type": "disconnect", "reason": "refresh_requested"})
            await slack.until(lambda: not app.slack.connected)
            await slack.until(lambda: app.slack.connected, 10)
        assert len(slack.open) == 1
        assert await slack.says(1) == 1
    assert slack.bad_addresses == 0
    assert wrong(county, 2) == (1, 0)  # number 0 was never said


async def test_a_replica_that_never_reached_slack_stops(county, clock, slack):
    slack.fail("apps.connections.open", *[Fault(status=503)] * 200)
    app = replica(county, clock, slack)
    await app.start()
    await slack.until(lambda: slack.called("apps.connections.open"))
    async with asyncio.timeout(5):
        await app.stop()
    assert slack.open == []

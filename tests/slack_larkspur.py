"""Larkspur County on Slack, organized by typing: what the tests of the journey begin with."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from sqlalchemy import Engine

from bot.app import build
from bot.chat.clock import MovableClock
from bot.config import load
from tests.fake_slack import FakeSlack
from tests.larkspur import store_the_plan
from tests.slack_contract import slack_checker
from tests.slack_county import CHANNELS, PEOPLE, REAL_NAMES, URL, County, serve

SECRET = "a signing secret"


@asynccontextmanager
async def slack_county(engine: Engine, clock: MovableClock) -> AsyncIterator[County]:
    """The application on an empty database, connected to an empty workspace; afterwards every call is held against
    Slack's contract."""
    channel_names = {channel: name for name, channel in CHANNELS.items()}
    async with FakeSlack(SECRET, names=channel_names, real_names=REAL_NAMES) as slack:
        settings = load(
            _env_file=None,
            slack_signing_secret=SECRET,
            slack_bot_token=slack.token,
            slack_api_url=slack.api_url,
            public_url=URL,
            sipbot_admins=PEOPLE["ida"],
        )
        app = build(settings, clock=clock, console=False, engine=engine)
        await app.start(worker=False)
        runner, slack.app_url = await serve(app.web)
        yield County(app, slack, clock)
        await runner.cleanup()
        await app.stop()
        assert_calls_are_slacks(slack)


def assert_calls_are_slacks(slack: FakeSlack) -> None:
    """Every message has words for a notification; the rest is Slack's published contract, where it is at hand."""
    for call in slack.calls:
        assert not call["method"].startswith("chat.") or call["args"].get("text"), call
    checker = slack_checker()
    if checker is not None:
        assert [fault for call in slack.calls for fault in checker.call_faults(call["method"], call["args"])] == []


async def organize(county: County) -> None:
    """Ida from IT makes Cora coordinator and imports the plan; the rest is Cora's typing."""
    ida, cora, ann, ben = (county.person(name) for name in ("ida", "cora", "ann", "ben"))
    await ida.types(f"/sip people add {cora.mention} coordinator")
    store_the_plan(county.app.engine, county.clock.read())
    await cora.types("/sip settings name Larkspur County")
    await cora.types(f"/sip settings executive channel <#{CHANNELS['executives']}|executives>")
    await cora.types(f"/sip settings newsletter channels <#{CHANNELS['intake']}|intake>")
    await cora.types("/sip workgroup add First contact", "forms")
    await cora.submits(strategies=["1.1 ", "1.2 "], leader=ann, channel="#forms")
    await cora.types(f"/sip workgroup member First contact {ben.mention} equity member")
    await cora.types(f"/sip people rename {ben.mention} Ben Okafor")
    await cora.types(f"/sip assign 1.1.2 {ann.mention}")
    await cora.types(f"/sip assign 1.1.3 {ben.mention}")
    await cora.types(f"/sip assign 1.2.2 {ann.mention}")


@pytest.fixture
async def county(engine: Engine, clock: MovableClock) -> AsyncIterator[County]:
    """Larkspur County as `organize` leaves it, on Monday 2 March 2026."""
    async with slack_county(engine, clock) as found:
        await organize(found)
        yield found

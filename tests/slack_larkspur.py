"""Larkspur County on Slack, organized by typing: what the tests of the journey begin with."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from sqlalchemy import Engine

from bot.app import build
from bot.chat.clock import MovableClock
from bot.chat.compose import built_in
from bot.config import load
from bot.domain.plan_import import Line, parse_plan
from storage.plan_store import Source, store_plan
from storage.queries.people import organizations
from storage.uow import unit_of_work
from tests.fake_slack import FakeSlack
from tests.slack_contract import slack_checker
from tests.slack_county import CHANNELS, PEOPLE, REAL_NAMES, URL, County, serve

SECRET = "a signing secret"
PLAN = """\
County: Larkspur

Goal 1: Raise the share of families who come to their first appointment to 62% from 44%, by 1.5 points every month.
Performance Measure: First Appointment Rate
Baseline Result: 44%
Plan start: 01/01/2026
Cycle End: 01/31/2027

Strategy 1: Make the first contact short and in the family's own language
Action Steps for Strategy 1:
Action Step 1: Call every new family within two working days
Action Step 2: Rewrite the welcome letter in plain words, in English and Spanish (Due: 02/27/2026)
Action Step 3: Send a text reminder the day before the appointment

Strategy 2: Ask for each paper once
Action Steps for Strategy 2:
Action Step 1: List every form a family fills in during the first sixty days
Action Step 2: Pilot one shared intake form with two units (Due: 05/29/2026)

Goal 2: Reduce the share of families who return to aid within a year to 14% from 21%, by 0.5 points every month.
Performance Measure: Return to Aid Rate
Baseline Result: 21%
Plan start: 01/01/2026
Cycle End: 01/31/2027

Strategy 1: Stay in touch for six months after a family's first job
Action Steps for Strategy 1:
Action Step 1: Name a coach for every family that starts work
"""


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


def store_the_plan(county: County, text: str = PLAN) -> None:
    """What `sipbot plan import` does, into the county that exists."""
    document = parse_plan([Line(number, line) for number, line in enumerate(text.splitlines(), 1)])
    with unit_of_work(county.app.engine, county.clock.read(), built_in()) as uow:
        (uow.organization,) = organizations(uow.connection)
        store_plan(uow, document, Source("plan.txt", ""))


async def organize(county: County) -> None:
    """Ida from IT makes Cora coordinator and imports the plan; the rest is Cora's typing."""
    ida, cora, ann, ben = (county.person(name) for name in ("ida", "cora", "ann", "ben"))
    await ida.types(f"/sip people add {cora.mention} coordinator")
    store_the_plan(county)
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

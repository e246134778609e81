"""A Slack adapter being served, with a handler that notes what it is asked: for the tests of the adapter."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web

from bot.adapters.slack import SlackAdapter, SlackSettings
from bot.chat.commands import Actor, Command
from bot.chat.forms import Field, Form, Option
from bot.chat.messages import Button, Message, say
from bot.chat.ports import Address, Post
from bot.chat.replies import Reply
from tests.fake_slack import FakeSlack
from tests.slack_contract import slack_checker
from tests.slack_people import TEAM, Person

SECRET = "a signing secret"
CHANNEL = "C0INTAKE01"
ANN = Actor("slack", TEAM, "U0ANN00001", "ann")
ANN_IN_EVENTS = Actor("slack", TEAM, "U0ANN00001")
FORM = Form(
    "Record an update",
    "update",
    (
        Field("status", "Status", "select", (Option("done", "done"), Option("blocked", "blocked"))),
        Field("note", "Note", "long", optional=True),
    ),
    hidden=(("ref", "1.2.3"),),
)


@dataclass
class House:
    """An adapter being served, and what its handler was asked and answers."""

    slack: FakeSlack
    adapter: SlackAdapter
    commands: list[Command] = field(default_factory=list)
    answer: Callable[[Command], Reply] = lambda command: Reply(say("Stored."))
    delay: float = 0.0  # seconds every command takes

    async def handle(self, command: Command) -> Reply:
        self.commands.append(command)
        await asyncio.sleep(self.delay)
        return self.answer(command)

    @property
    def last(self) -> Command:
        return self.commands[-1]

    def replies(self, reply: Reply) -> None:
        self.answer = lambda command: reply

    def methods(self) -> list[str]:
        return [call["method"] for call in self.slack.calls]


async def serve(adapter: SlackAdapter) -> tuple[web.AppRunner, str]:
    app = web.Application()
    adapter.routes(app)
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    return runner, f"http://127.0.0.1:{runner.addresses[0][1]}/slack/events"


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[House]:
    async with FakeSlack(SECRET) as slack:

        async def handle(command: Command) -> Reply:
            return await found.handle(command)

        adapter = SlackAdapter(SlackSettings(SECRET, slack.token, api_url=slack.api_url), handle)
        found = House(slack, adapter)
        await adapter.start()
        runner, slack.app_url = await serve(adapter)
        yield found
        await adapter.stop()
        await runner.cleanup()
        assert_calls_are_slacks(slack)


def assert_calls_are_slacks(slack: FakeSlack) -> None:
    """Every call has text for notifications; the rest is Slack's published contract, where it is at hand."""
    for call in slack.calls:
        assert not call["method"].startswith("chat.") or call["args"].get("text")
    checker = slack_checker()
    if checker is not None:
        assert [f for call in slack.calls for f in checker.call_faults(call["method"], call["args"])] == []


@pytest.fixture
def ann(house: House) -> Person:
    return house.slack.person(ANN.user, ANN.name)


PROMPT = say("Any news on 1.2.3?", Button("Update", "update", (("ref", "1.2.3"), ("note", "a & <b>"))))


async def in_channel(house: House, message: Message = PROMPT, thread: str = "") -> dict[str, Any]:
    await house.adapter.send(Post("k1", Address("slack", TEAM, CHANNEL, thread=thread), message))
    return house.slack.posts(CHANNEL)[-1]

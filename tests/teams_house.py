"""A Teams adapter being served, with a handler that notes what it is asked: for the tests of the adapter."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import pytest
from aiohttp import web

from bot.adapters.teams import TeamsAdapter, TeamsSettings
from bot.chat.commands import Actor, Command
from bot.chat.forms import Field, Form, Option
from bot.chat.messages import Button, Message, say
from bot.chat.ports import Address, Post
from bot.chat.replies import Reply
from tests.fake_teams import FakeTeams
from tests.teams_people import BOT, CHANNEL, TENANT, Json, Person

VERBS = ("update", "win", "help", "me", "report")
PROMPT = say("Any news on 1.2.3?", Button("Update", "update", (("ref", "1.2.3"), ("note", "a & <b>"))))
FORM = Form(
    "Record an update",
    "update",
    (
        Field("status", "Status", "select", (Option("done", "done"), Option("blocked", "blocked"))),
        Field("note", "Note", "long", optional=True),
    ),
    hidden=(("ref", "1.2.3"),),
)


class MemoryReferences:
    """A ReferenceStore for one test; `posted_ids` are the messages the outbox is said to have delivered."""

    def __init__(self) -> None:
        self.found: dict[tuple[str, str], dict[str, str]] = {}
        self.posted_ids: set[str] = set()
        self.writes = 0

    def remember(self, workspace: str, kind: str, external_id: str, **facts: str) -> None:
        self.writes += 1
        before = self.found.get((workspace, external_id), {})
        self.found[workspace, external_id] = (
            before | {"kind": kind} | {n: v for n, v in facts.items() if v or n not in before}
        )

    def recall(self, workspace: str, external_id: str) -> Mapping[str, str] | None:
        return self.found.get((workspace, external_id))

    def latest(self, workspace: str) -> Mapping[str, str] | None:
        return next((row for (where, _), row in reversed(self.found.items()) if where == workspace), None)

    def forget(self, workspace: str, external_id: str) -> None:
        self.found.pop((workspace, external_id), None)

    def welcome(self, workspace: str, external_id: str) -> bool:
        row = self.found.get((workspace, external_id))
        if row is None or row.get("welcomed"):
            return False
        row["welcomed"] = "yes"
        return True

    def posted(self, workspace: str, channel_id: str, message_id: str) -> bool:
        return message_id in self.posted_ids


@dataclass
class House:
    """An adapter being served, and what its handler was asked and answers: the first answer to a delivery again, as
    the inbox does."""

    teams: FakeTeams
    store: MemoryReferences
    adapter: TeamsAdapter = field(init=False)
    commands: list[Command] = field(default_factory=list)
    answer: Callable[[Command], Reply] = lambda command: Reply(say("Stored."))
    delay: float = 0.0  # seconds every command takes
    answered: dict[str, Reply] = field(default_factory=dict)

    async def handle(self, command: Command) -> Reply:
        if command.delivery_id not in self.answered:
            self.commands.append(command)
            await asyncio.sleep(self.delay)
            self.answered[command.delivery_id] = self.answer(command)
        return self.answered[command.delivery_id]

    @property
    def last(self) -> Command:
        return self.commands[-1]

    def replies(self, reply: Reply) -> None:
        self.answer = lambda command: reply

    def kinds(self) -> list[str]:
        """The calls but for the questions who somebody is and what a channel is called."""
        return [call["kind"] for call in self.teams.calls if not call["kind"].startswith("GET")]

    async def settled(self) -> None:
        """Until all is said."""
        await self.adapter.drain()

    async def in_channel(self, message: Message = PROMPT, thread: str = "") -> Json:
        """Post a message there, as delivery does."""
        way = {"service_url": self.teams.service_url, "conversation_id": CHANNEL, "account_id": "", "bot_id": BOT}
        self.store.remember(TENANT, "channel", CHANNEL, **way)
        await self.adapter.send(Post("k1", Address("teams", TENANT, CHANNEL, thread=thread), message))
        return self.teams.posts(CHANNEL)[-1]

    async def in_chat(self, person: Person, message: Message = PROMPT) -> Json:
        """Post a message to somebody's own chat, as delivery does."""
        way = {
            "service_url": self.teams.service_url,
            "conversation_id": "",
            "account_id": person.account,
            "bot_id": BOT,
        }
        self.store.remember(TENANT, "user", person.user, **way)
        await self.adapter.send(Post("k1", Address("teams", TENANT, user=person.user), message))
        return person.seen[-1]


def actor(person: Person) -> Actor:
    """Somebody, as the adapter tells of them."""
    email = f"{person.name.split()[0].lower()}@county.example"
    return Actor("teams", TENANT, person.user, person.name, email)


def known_verb(text: str) -> bool:
    """Whether the words begin with a command."""
    return text.lower().partition(" ")[0] in VERBS


async def serve(adapter: TeamsAdapter) -> tuple[web.AppRunner, str]:
    app = web.Application()
    adapter.routes(app)
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    return runner, f"http://127.0.0.1:{runner.addresses[0][1]}/api/messages"


@pytest.fixture
async def house() -> AsyncIterator[House]:
    async with FakeTeams() as teams:
        async for found in a_house(teams, teams.settings):
            yield found


@pytest.fixture
async def open_house() -> AsyncIterator[House]:
    """Without a registration, as with the Playground."""
    async with FakeTeams() as teams:
        async for found in a_house(teams, TeamsSettings()):
            yield found


async def a_house(teams: FakeTeams, settings: TeamsSettings) -> AsyncIterator[House]:
    """An adapter with these settings, being served until the generator goes on."""
    found = House(teams, MemoryReferences())
    found.adapter = TeamsAdapter(settings, found.handle, found.store, known_verb)
    await found.adapter.start()
    runner, teams.app_url = await serve(found.adapter)
    yield found
    await found.adapter.stop()
    await runner.cleanup()


@asynccontextmanager
async def beside(house: House) -> AsyncIterator[None]:
    """Another replica gets what comes meanwhile."""
    first = house.teams.app_url
    other = TeamsAdapter(house.teams.settings, house.handle, house.store, known_verb)
    await other.start()
    runner, house.teams.app_url = await serve(other)
    yield
    await other.stop()
    await runner.cleanup()
    house.teams.app_url = first


@pytest.fixture
def ann(house: House) -> Person:
    return house.teams.person("ann")


@pytest.fixture
def ben(house: House) -> Person:
    return house.teams.person("ben")

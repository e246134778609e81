"""The journeys in Teams: activities with signed tokens into the running application, a fake connector behind it."""

from __future__ import annotations

import html
import json
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Engine

from bot.adapters.teams.adapter import PATH
from bot.app import App, build
from bot.chat.clock import MovableClock
from bot.chat.messages import Message
from bot.config import load
from bot.renderers.adaptive_card import message_card
from tests.contract.driver import CHANNELS, PEOPLE, URL, County, Member, Shown
from tests.fake_teams import FakeTeams
from tests.slack_county import serve
from tests.teams_people import Json, Person

CONVERSATIONS = {name: f"19:{name}@thread.tacv2" for name in CHANNELS}
REACTIONS = {"checkmark": "saved", "pushpin": "noted"}
OPEN_FORM = "Open the form"
_INVISIBLE = dict.fromkeys(map(ord, "\u200b\u2060"))


@asynccontextmanager
async def teams_county(engine: Engine, clock: MovableClock) -> AsyncIterator[TeamsCounty]:
    """The application, registered in a tenant whose team has our channels; IT's address is an administrator's."""
    async with FakeTeams() as teams:
        for conversation in CONVERSATIONS.values():
            teams.conversations[conversation] = []
        settings = load(_env_file=None, public_url=URL, sipbot_admins="ida@county.example")
        app = build(settings, clock=clock, console=False, engine=engine, teams=teams.settings)
        await app.start(worker=False)
        runner, address = await serve(app.web)
        teams.app_url = address.replace("/slack/events", PATH)
        yield TeamsCounty(app, clock, teams)
        await runner.cleanup()
        await app.stop()


@dataclass(frozen=True)
class TeamsShown:
    """A card as its viewer sees it; without one, as everybody does."""

    post: Json
    viewer: Person | None = None

    @property
    def card(self) -> Json:
        return self.viewer.card(self.post) if self.viewer else self.post["attachments"][0]["content"]

    @property
    def words(self) -> str:
        return read(self.card)

    @property
    def buttons(self) -> list[str]:
        return titles(self.card)


@dataclass(frozen=True)
class Dialog:
    """The dialog that is open."""

    card: Json

    @property
    def words(self) -> str:
        return read(self.card)

    @property
    def buttons(self) -> list[str]:
        return titles(self.card)


class TeamsCounty(County):
    """See `County`."""

    def __init__(self, app: App, clock: MovableClock, teams: FakeTeams) -> None:
        super().__init__(app, clock)
        self.teams = teams

    def _member(self, name: str) -> TeamsMember:
        return TeamsMember(self, name)

    async def _drain(self) -> None:
        assert self.app.teams is not None
        await self.app.teams.drain()

    def posts(self, channel: str) -> list[Shown]:
        found = sorted(self.teams.posts(CONVERSATIONS[channel]), key=lambda post: int(post["id"]))
        return [TeamsShown(post) for post in found]

    def receipts(self) -> list[str]:
        return [REACTIONS[kind] for _, kind in self.teams.reactions]

    def drawn(self, message: Message) -> str:
        return read(message_card(message))


class TeamsMember(Member):
    """See `Member`. Commands in a channel mention the bot; a form offered there is opened as its dialog."""

    def __init__(self, county: TeamsCounty, name: str) -> None:
        super().__init__(county, name)
        self._county = county
        self.teams: Person = county.teams.person(name, PEOPLE[name])
        self._forms: dict[str, str] = {}  # every card that is a form, by its message
        self._open = ""  # the message whose form is open

    @property
    def mention(self) -> str:
        return f"<at>{self.teams.name}</at>"

    async def types(self, text: str, channel: str = "") -> None:
        if not channel:
            await self.teams.says(text)
            await self.county.settle()
            return
        before = len(self.county.posts(channel))
        members = [self._county.person(name) for name in PEOPLE]
        named = tuple(one.teams for one in members if isinstance(one, TeamsMember) and one.mention in text)
        await self.teams.says(text, channel=CONVERSATIONS[channel], mentions=named)
        await self.county.settle()
        for offered in self.county.posts(channel)[before:]:
            if isinstance(offered, TeamsShown) and OPEN_FORM in offered.buttons:
                await self.teams.opens(offered.post, OPEN_FORM)

    async def says(self, text: str, channel: str) -> Shown:
        """Nothing that does not mention the bot reaches it."""
        card = {"body": [{"type": "TextBlock", "text": text}]}
        return TeamsShown(
            {
                "id": self._county.teams.next_id(),
                "conversation": CONVERSATIONS[channel],
                "attachments": [{"content": card}],
            }
        )

    async def replies(self, post: Shown, text: str) -> None:
        assert isinstance(post, TeamsShown)
        channel, _, thread = post.post["conversation"].partition(";messageid=")
        await self.teams.says(text, channel=channel, thread=thread)
        await self.county.settle()

    async def presses(self, label: str, post: Shown | None = None) -> None:
        shown = post or self.with_button(label)
        assert isinstance(shown, TeamsShown)
        await self.teams.presses(shown.post, label)
        await self.county.settle()

    async def submits(self, **values: Any) -> None:
        form = self.form
        assert form is not None, f"{self.name} has no form open"
        assert isinstance(form, TeamsShown | Dialog)
        inputs = {one["id"].partition(":")[2]: one for one in within(form.card) if "Input." in one.get("type", "")}
        assert values.keys() <= inputs.keys(), f"the form has {sorted(inputs)}"
        filled = {name: _filled(inputs[name], value) for name, value in values.items()}
        if isinstance(form, TeamsShown):
            await self.teams.fills(form.post, filled)
        else:
            assert self.teams.dialog is not None
            extension = self.teams.dialog["where"]["name"].startswith("composeExtension")
            await self.teams.submits(filled, "composeExtension/submitAction" if extension else "task/submit")
        await self.county.settle()

    async def tells_win_of(self, said: Shown) -> None:
        assert isinstance(said, TeamsShown)
        words = f"<p>{html.escape(said.words)}</p>"
        await self.teams.extends("win", words, channel=said.post["conversation"], message=said.post["id"])
        await self.county.settle()

    @property
    def form(self) -> Shown | None:
        if self.teams.dialog:
            return Dialog(self.teams.dialog["card"])
        return self._cards()[self._open] if self._open else None

    @property
    def faults(self) -> str:
        """Faults are on the form itself, among what was typed."""
        form = self.form
        return form.words if form and "Not stored yet." in form.words else ""

    def private(self) -> Mapping[Any, Shown]:
        return {key: shown for key, shown in self._cards().items() if not is_form(shown.card)}

    def look(self) -> None:
        super().look()
        forms = {key: json.dumps(shown.card) for key, shown in self._cards().items() if is_form(shown.card)}
        fresh = [key for key, card in forms.items() if self._forms.get(key) != card]
        self._open = fresh[-1] if fresh else self._open if self._open in forms else ""
        self._forms = forms

    def _cards(self) -> dict[str, TeamsShown]:
        """What only they see: their chat, what was whispered, and channel cards that look different to them."""
        teams = self._county.teams
        own = [*self.teams.seen, *self.teams.whispers]
        other = [
            post for name in CONVERSATIONS.values() for post in teams.posts(name) if post["id"] in self.teams.views
        ]
        return {post["id"]: TeamsShown(post, self.teams) for post in (*own, *other)}


def is_form(card: Json) -> bool:
    """Whether the card is one of our forms."""
    return any(action.get("data", {}).get("form") for action in card.get("actions", []))


def within(node: Any) -> list[Json]:
    """Every object in a card, in reading order."""
    if isinstance(node, list):
        return [found for one in node for found in within(one)]
    if not isinstance(node, dict):
        return []
    return [node, *(found for key, value in node.items() if key != "fallback" for found in within(value))]


def titles(card: Json) -> list[str]:
    """The buttons."""
    return [one["title"] for one in within(card) if str(one.get("type")).startswith("Action.")]


def read(card: Json) -> str:
    """All words on a card as they are read, one block a line, with what inputs hold; without buttons and Markdown."""
    lines = [line for one in within(card.get("body", [])) for line in _lines(one)]
    return "\n".join(lines).translate(_INVISIBLE).replace("**", "")


def _lines(one: Json) -> list[str]:
    kind = str(one.get("type"))
    if kind == "TextBlock":
        return [one["text"]]
    if kind == "RichTextBlock":
        return ["".join(run["text"] for run in one["inlines"])]
    if kind == "FactSet":
        return [f"{fact['title']}: {fact['value']}" for fact in one["facts"]]
    if kind.startswith("Input."):
        return [f"{one.get('label', one.get('title', ''))} {one.get('value', '')}"]
    return []


def _filled(element: Json, value: Any) -> str:
    """What was meant, as Teams sends it."""
    if isinstance(value, TeamsMember):
        return value.teams.user
    if isinstance(value, list | tuple):
        return ",".join(_filled(element, one) for one in value)
    if not element.get("choices") or not value:
        return str(value)
    fitting = [one["value"] for one in element["choices"] if one["title"].startswith(value)]
    assert len(fitting) == 1, f"{value!r} fits {len(fitting)} of {[one['title'] for one in element['choices']]}"
    return str(fitting[0])

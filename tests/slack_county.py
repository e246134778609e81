"""A county in a fake Slack with the whole application behind it: tests type, press, submit and let time pass.

    cora = county.person("cora")
    await cora.types("/sip workgroup add Forms team")
    await cora.submits(strategies=["1.1 Make"], leader=ann)
    await county.travel(date(2026, 3, 5), time(9))
    prompt = county.newest("forms", "Record the meeting")
    await ann.replies(prompt, "1.1.2 done letter is out")
    assert "1.1.2 is done" in ann.text

Requests are signed and go over HTTP to `/slack/events`; everything the bot says comes out of the fake's Web API. The
clock stands still until `travel` moves it.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from aiohttp import web
from sqlalchemy import Table, func, select

from bot.app import App
from bot.chat.clock import MovableClock
from tests.fake_slack import FakeSlack
from tests.slack_people import Json, Person, direct_channel

URL = "https://sip.larkspur.example"
ZONE = ZoneInfo("America/Los_Angeles")
CHANNELS = {"intake": "C0INTAKE01", "forms": "C0FORMS001", "coaching": "C0COACHES1", "executives": "C0EXECS001"}
PEOPLE = {"ida": "U0IDA00001", "cora": "U0CORA0001", "ann": "U0ANN00001", "ben": "U0BEN00001", "eve": "U0EVE00001"}
REAL_NAMES = {PEOPLE["ann"]: "Ann Ortiz", PEOPLE["eve"]: "Eve Farah"}  # what Slack tells about them


@dataclass(eq=False)
class County:
    """The application being served, the workspace and the clock."""

    app: App
    slack: FakeSlack
    clock: MovableClock
    posted: list[tuple[datetime, Json]] = field(default_factory=list)  # local time, arguments of chat.postMessage
    members: dict[str, Member] = field(default_factory=dict)

    def person(self, name: str) -> Member:
        """One of PEOPLE; typing happens in the intake channel unless a channel is named."""
        if name not in self.members:
            self.members[name] = Member(self, self.slack.person(PEOPLE[name], name, CHANNELS["intake"]))
        return self.members[name]

    async def settle(self) -> None:
        """What is under way is answered, what is queued is delivered."""
        before = len(self.slack.calls)
        await self.app.slack.drain()  # type: ignore[union-attr]
        await self.app.delivery.drain()
        here = self.clock.read().astimezone(ZONE)
        new = [call["args"] for call in self.slack.calls[before:] if call["method"] == "chat.postMessage"]
        self.posted += [(here, arguments) for arguments in new]

    async def travel(self, day: date, at: time = time(9)) -> list[Json]:
        """Let time pass, with the calendar's jobs run at 08:59, 09:00 and 23:30 of every day and at the end; what was
        posted on the way."""
        before, end = len(self.posted), datetime.combine(day, at, ZONE)
        for moment in [*self._moments(end), end]:
            self.clock.move_to(moment)
            await asyncio.to_thread(self.app.runner.tick)
            await self.settle()
        return [arguments for _, arguments in self.posted[before:]]

    def _moments(self, end: datetime) -> Iterable[datetime]:
        here = self.clock.read().astimezone(ZONE)
        for days in range((end.date() - here.date()).days + 1):
            for at in (time(8, 59), time(9), time(23, 30)):
                moment = datetime.combine(here.date() + timedelta(days=days), at, ZONE)
                if here < moment < end:
                    yield moment

    def when(self, words: str) -> list[str]:
        """When something with these words was posted, in the county's time: `2026-03-05 09:00`."""
        return [f"{at:%Y-%m-%d %H:%M}" for at, arguments in self.posted if words in words_of(arguments)]

    def newest(self, channel: str, words: str = "") -> Json:
        """The newest message with these words that everybody in a channel sees."""
        found = [post for post in self.slack.posts(CHANNELS[channel]) if words in words_of(post)]
        assert found, f"nothing with {words!r} in #{channel}"
        return found[-1]

    async def get(self, path: str) -> str:
        """A page of the application, as a browser asks for it."""
        async with self.slack.session.get(self.slack.app_url.removesuffix("/slack/events") + path) as answer:
            assert answer.status == 200, answer.status
            return await answer.text()

    def rows(self, table: Table) -> list[Any]:
        """A table's rows, oldest first."""
        with self.app.engine.connect() as connection:
            return list(connection.execute(select(table).order_by(table.c.id)))

    def count(self, *tables: Table) -> tuple[int, ...]:
        """How many rows the tables have."""
        with self.app.engine.connect() as connection:
            return tuple(connection.execute(select(func.count()).select_from(table)).scalar_one() for table in tables)


@dataclass(eq=False)
class Member:
    """Somebody of the county at their Slack client."""

    county: County
    slack: Person

    @property
    def mention(self) -> str:
        """As Slack writes a mention in a command."""
        return f"<@{self.slack.user}|{self.slack.name}>"

    @property
    def text(self) -> str:
        """The words of what only this person was shown last."""
        assert self.slack.seen, f"{self.slack.name} was shown nothing"
        return words_of(self.slack.seen[-1])

    @property
    def form(self) -> Json:
        """The form that is open."""
        assert self.slack.modal is not None, f"{self.slack.name} has no form open"
        return self.slack.modal

    @property
    def direct(self) -> list[Json]:
        """Direct messages from the bot, oldest first."""
        return [post for post in self.county.slack.posts(direct_channel(self.slack.user)) if post.get("bot_id")]

    async def types(self, text: str, channel: str = "intake") -> Json:
        """A slash command -> the body of the HTTP response."""
        body = await self.slack.types(text, channel=CHANNELS[channel])
        await self.county.settle()
        return body

    async def presses(self, label: str, post: Json | None = None) -> None:
        """A button: of this message, or of the newest one only this person was shown that has it."""
        await self.slack.presses(post or self._with(label), label)
        await self.county.settle()

    async def presses_at_home(self, label: str) -> None:
        await self.slack.presses_at_home(label)
        await self.county.settle()

    async def submits(self, **values: Any) -> Json:
        """Fill in the open form and send it. Choices are named by how their label begins, people by `person(...)`."""
        inputs = {block["block_id"]: block["element"] for block in self.form["blocks"] if block["type"] == "input"}
        assert values.keys() <= inputs.keys(), f"the form has {sorted(inputs)}"
        filled = {name: _filled(inputs[name], value) for name, value in values.items()}
        body = await self.slack.submits(self.slack.modal, filled)
        await self.county.settle()
        return body

    async def replies(self, post: Json, text: str, **how: Any) -> Json:
        """In the thread of a message."""
        message = await self.slack.replies(post, text, **how)
        await self.county.settle()
        return message

    async def tells_win_of(self, post: Json) -> None:
        """The message shortcut."""
        await self.slack.shortcut("win", post)
        await self.county.settle()

    async def opens_home(self) -> str:
        """The home tab -> its words."""
        await self.slack.opens_home()
        await self.county.settle()
        return words_of(self.county.slack.homes[self.slack.user])

    def _with(self, label: str) -> Json:
        for post in reversed(self.slack.seen):
            if label in labels(post):
                return post
        raise AssertionError(
            f"{self.slack.name} sees no button {label!r}: {[labels(post) for post in self.slack.seen]}"
        )


def words_of(shown: Json) -> str:
    """All words of a message or a view as they are read, buttons and inputs too; a message without blocks is its
    text."""
    if not shown.get("blocks"):
        return str(shown.get("text", ""))
    return "\n".join(filter(None, map(_words, shown["blocks"])))


def labels(shown: Json) -> list[str]:
    """The buttons."""
    blocks = [block for block in shown.get("blocks", []) if block["type"] == "actions"]
    return [element["text"]["text"] for block in blocks for element in block["elements"]]


def _words(node: Any) -> str:
    if isinstance(node, str):
        return node
    if isinstance(node, list):
        return "".join(map(_words, node))
    if node.get("type") == "user":
        return f"@{node['user_id']}"
    parts = [_words(node[key]) for key in ("label", "text", "hint") if key in node]
    for key in ("elements", "rows"):
        apart = node.get("type") in ("rich_text_list", "actions", "table")
        parts.append((" | " if apart else "").join(map(_words, node.get(key, []))))
    element = node.get("element", {})
    parts.append(str(element.get("initial_value", "")))
    return " ".join(filter(None, parts)) if node.get("type") == "input" else "".join(parts)


def _filled(element: Json, value: Any) -> Any:
    """What was meant, as Slack sends it."""
    if isinstance(value, Member):
        return value.slack.user
    if isinstance(value, list | tuple):
        return [_filled(element, one) for one in value]
    groups = element.get("option_groups", [])
    options = [*element.get("options", []), *(option for group in groups for option in group["options"])]
    if not options or not value:
        return value
    fitting = [option["value"] for option in options if option["text"]["text"].startswith(value)]
    assert len(fitting) == 1, f"{value!r} fits {len(fitting)} of {[option['text']['text'] for option in options]}"
    return fitting[0]


async def serve(application: web.Application) -> tuple[web.AppRunner, str]:
    """On a free port -> the runner, and the address Slack is given."""
    runner = web.AppRunner(application, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    return runner, f"http://127.0.0.1:{runner.addresses[0][1]}/slack/events"

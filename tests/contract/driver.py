"""What people do and see in the journeys, in words that hold for every platform.

    cora, ann = county.person("cora"), county.person("ann")
    await cora.types("workgroup add First contact", "forms")     # in a channel; without one, to the bot alone
    await cora.submits(strategies=["1.1 "], leader=ann)          # choices by how their label begins
    await county.travel(date(2026, 3, 5))
    await ann.replies(county.newest("forms"), "1.1.2 done, it is out")
    assert "Saved: 1.1.2 is done" in ann.text                    # what only she was shown last

`console`, `slack` and `teams` implement it over the real application; a journey never asks which one it is in.
"""

from __future__ import annotations

import asyncio
from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping
from datetime import date, datetime, time, timedelta
from typing import Any, Protocol
from zoneinfo import ZoneInfo

from sqlalchemy import Table, func, select

from bot.app import App
from bot.chat.clock import MovableClock
from bot.chat.codec import from_json
from bot.chat.messages import Message
from bot.chat.replies import Reply
from storage.models import inbox, outbox

URL = "https://sip.larkspur.example"
ZONE = ZoneInfo("America/Los_Angeles")
CHANNELS = ("forms", "intake", "executives")
PEOPLE = {"ida": "Ida Marsh", "cora": "Cora Lane", "ann": "Ann Ortiz", "ben": "Ben Okafor", "eve": "Eve Farah"}


class Shown(Protocol):
    """A message or a form, as it reads now: what changes on the platform changes here."""

    @property
    def words(self) -> str: ...
    @property
    def buttons(self) -> list[str]: ...


class Member(ABC):
    """Somebody of the county at their client."""

    def __init__(self, county: County, name: str) -> None:
        self.county, self.name = county, name
        self._looked: dict[Any, str] = {}

    # what they do

    @abstractmethod
    async def types(self, text: str, channel: str = "") -> None:
        """A command: in a channel in the platform's own way, or to the bot alone."""

    @abstractmethod
    async def says(self, text: str, channel: str) -> Shown:
        """Something for colleagues, not for the bot."""

    @abstractmethod
    async def replies(self, post: Shown, text: str) -> None:
        """In the thread of a message in a channel."""

    @abstractmethod
    async def presses(self, label: str, post: Shown | None = None) -> None:
        """A button: of this message, or of the newest one only they were shown that has it."""

    @abstractmethod
    async def submits(self, **values: Any) -> None:
        """Fill in the open form and send it; what is not named stays as the form shows it. Choices are named by how
        their label begins, people by their Member."""

    @abstractmethod
    async def tells_win_of(self, said: Shown) -> None:
        """The entry of a message's menu."""

    # what they see

    @property
    @abstractmethod
    def mention(self) -> str:
        """As others write it in a command in a channel."""

    @property
    @abstractmethod
    def form(self) -> Shown | None:
        """The form that is open, with what is filled in."""

    @property
    @abstractmethod
    def faults(self) -> str:
        """What is said to be wrong in the open form."""

    @abstractmethod
    def private(self) -> Mapping[Any, Shown]:
        """What only they were shown, by what the platform knows it by, oldest first."""

    @property
    def seen(self) -> list[Shown]:
        """`private` without forms; what was changed since is as new as the change."""
        shown = self.private()
        return [shown[key] for key in self._looked if key in shown]

    @property
    def text(self) -> str:
        """The words of what only they were shown last."""
        assert self.seen, f"{self.name} was shown nothing"
        return self.seen[-1].words

    def card(self, words: str) -> Shown:
        """The newest thing with these words that only they were shown."""
        found = [shown for shown in self.seen if words in shown.words]
        assert found, f"{self.name} sees no {words!r} among {[shown.words for shown in self.seen]}"
        return found[-1]

    def with_button(self, label: str) -> Shown:
        """The newest thing with this button that only they were shown."""
        found = [shown for shown in self.seen if label in shown.buttons]
        assert found, f"{self.name} sees no button {label!r} among {[shown.buttons for shown in self.seen]}"
        return found[-1]

    def look(self) -> None:
        """Notice what is new or changed."""
        for key, shown in self.private().items():
            words = shown.words
            if self._looked.get(key) != words:
                self._looked.pop(key, None)
                self._looked[key] = words


class County(ABC):
    """The application being served, its people, its channels and its clock."""

    def __init__(self, app: App, clock: MovableClock) -> None:
        self.app, self.clock = app, clock
        self._members: dict[str, Member] = {}

    def person(self, name: str) -> Member:
        """One of PEOPLE."""
        if name not in self._members:
            self._members[name] = self._member(name)
        return self._members[name]

    @abstractmethod
    def _member(self, name: str) -> Member: ...

    @abstractmethod
    async def _drain(self) -> None:
        """What the adapter still does after its answers is done."""

    @abstractmethod
    def posts(self, channel: str) -> list[Shown]:
        """Everything the bot has said to all in a channel and its threads, oldest first."""

    @abstractmethod
    def receipts(self) -> list[str]:
        """The reactions the bot has put on what people said: "saved" or "noted", oldest first."""

    @abstractmethod
    def drawn(self, message: Message) -> str:
        """The words of a message as the platform would show it."""

    async def settle(self) -> None:
        """What is under way is answered, what is queued is delivered, everybody has looked."""
        await self._drain()
        await self._deliver()
        for member in self._members.values():
            member.look()

    async def _deliver(self) -> int:
        """What is queued is delivered; how many posts were tried."""
        return await self.app.delivery.drain()

    async def travel(self, day: date, at: time = time(9)) -> None:
        """Let time pass, with the calendar's jobs run at 09:00 of every day and at the end."""
        end = datetime.combine(day, at, ZONE)
        for moment in [*self._moments(end), end]:
            self.clock.move_to(moment)
            await asyncio.to_thread(self.app.runner.tick)
            if await self._deliver():
                await self.settle()

    def _moments(self, end: datetime) -> Iterable[datetime]:
        here = self.clock.read().astimezone(ZONE)
        for days in range((end.date() - here.date()).days + 1):
            moment = datetime.combine(here.date() + timedelta(days=days), time(9), ZONE)
            if here < moment < end:
                yield moment

    def newest(self, channel: str, words: str = "") -> Shown:
        """The newest message with these words that everybody in a channel sees."""
        found = [post for post in self.posts(channel) if words in post.words]
        assert found, f"nothing with {words!r} in #{channel}: {[post.words for post in self.posts(channel)]}"
        return found[-1]

    def sent(self, kind: str) -> list[str]:
        """When posts of a kind went out, in the county's time: `2026-03-05 09:00`."""
        sent = [row.sent_at for row in self.rows(outbox) if row.kind == kind and row.state == "sent"]
        return [f"{at.astimezone(ZONE):%Y-%m-%d %H:%M}" for at in sent]

    def rows(self, table: Table) -> list[Any]:
        """A table's rows, oldest first."""
        with self.app.engine.connect() as connection:
            return list(connection.execute(select(table).order_by(*table.primary_key)))

    def count(self, *tables: Table) -> tuple[int, ...]:
        """How many rows the tables have."""
        with self.app.engine.connect() as connection:
            return tuple(connection.execute(select(func.count()).select_from(table)).scalar_one() for table in tables)

    def assert_nothing_private_is_public(self) -> None:
        """No channel shows what was answered or sent to one person, unless the same was meant for all too."""
        replies = [reply for row in self.rows(inbox) if isinstance(reply := from_json(row.reply), Reply)]
        rows = [row for row in self.rows(outbox) if row.message]
        private = {self.drawn(r.message) for r in replies if r.message and not r.public}
        private |= {self.drawn(from_json(row.message)) for row in rows if row.person_id is not None}
        public = {self.drawn(r.message) for r in replies if r.message and r.public}
        public |= {self.drawn(from_json(row.message)) for row in rows if row.person_id is None}
        shown = {post.words for channel in CHANNELS for post in self.posts(channel)}
        assert not (private - public) & shown

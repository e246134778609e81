"""What the console needs from the rest: a world of people and channels, and a place that keeps what was said."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, Protocol, get_args

from bot.chat.messages import Message

BOT = "sipbot"
DIRECT = "dm:"  # begins the channel of a person's direct messages with the bot

Journey = Literal["prompt", "month_end", "quarter", "day"]
JOURNEYS: tuple[str, ...] = get_args(Journey)


@dataclass(frozen=True, slots=True)
class ConsolePerson:
    """Somebody who can be chosen under "You are". `user` is the id in `Actor.user`, `role` a word to show."""

    user: str
    name: str
    role: str


@dataclass(frozen=True, slots=True)
class ConsoleChannel:
    """A channel; `name` without `#`."""

    id: str
    name: str


class ConsoleWorld(Protocol):
    """The county behind the console. Called from worker threads; only `travel` is awaited."""

    def people(self) -> list[ConsolePerson]: ...

    def channels(self, user: str) -> list[ConsoleChannel]:
        """The channels this person is in."""
        ...

    def commands(self) -> list[tuple[str, str]]:
        """(usage without `/sip`, summary) of every command that is shown."""
        ...

    def time(self) -> datetime:
        """The virtual clock, aware, in the organization's zone: the zone messages are shown in."""
        ...

    async def travel(self, kind: str) -> str:
        """Move the clock to the next prompt, month end or quarter, or by a day, run and deliver what is due, and say
        in a sentence what happened. `kind`: one of `JOURNEYS`."""
        ...


class Said(Protocol):
    """A stored message. `author` "" is the bot; `message` its blocks; `text` a person's words."""

    @property
    def id(self) -> str: ...
    @property
    def channel(self) -> str: ...
    @property
    def thread(self) -> str: ...
    @property
    def author(self) -> str: ...
    @property
    def author_name(self) -> str: ...
    @property
    def private_to(self) -> str: ...
    @property
    def text(self) -> str: ...
    @property
    def message(self) -> Message | None: ...
    @property
    def at(self) -> datetime: ...
    @property
    def edited(self) -> bool: ...
    @property
    def reactions(self) -> tuple[str, ...]: ...
    @property
    def replies(self) -> int: ...
    @property
    def last_reply(self) -> datetime | None: ...


class Store(Protocol):
    """Keeps what was said (`storage.console.ConsoleStore` says what each function does)."""

    def add(
        self,
        *,
        key: str,
        channel: str,
        at: datetime,
        thread: str = "",
        author: str = "",
        author_name: str = "",
        private_to: str = "",
        text: str = "",
        message: Message | None = None,
    ) -> str: ...
    def find(self, key: str) -> str | None: ...
    def get(self, message_id: str) -> Said | None: ...
    def replace(self, message_id: str, message: Message) -> None: ...
    def react(self, message_id: str, name: str) -> None: ...
    def messages(self, channel: str, reader: str, limit: int) -> Sequence[Said]: ...
    def thread(self, parent: str, reader: str) -> Sequence[Said]: ...
    def unread(self, reader: str) -> dict[str, int]: ...
    def mark_read(self, reader: str, channel: str) -> None: ...

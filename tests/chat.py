"""The tests' chat: people type, press and submit in the console, without a browser.

    chat = Chat(app.console.chat, deliver=app.delivery.once)
    ann = chat.person("Ann")
    ann.says("/sip update 1.2.3 done", channel="reunification")
    assert "1.2.3" in ann.text
    ann.presses("Edit").submits(note="Form piloted")

Everything goes through the console's own functions, so what a test sees is what a person would see.
"""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import Awaitable, Callable, Coroutine
from functools import cache
from threading import Thread
from typing import Any, TypeVar

from bot.adapters.console_pages.chat import ConsoleChat, Where
from bot.adapters.console_pages.types import DIRECT, Said
from bot.chat.forms import Form
from bot.chat.messages import Actions, Button, Message
from bot.chat.replies import Reply
from bot.renderers.text import to_text

T = TypeVar("T")
_LIMIT = 500  # messages looked at in a channel
_deliveries = itertools.count(1)


@cache
def _loop() -> asyncio.AbstractEventLoop:
    """One for all acts, as a server has: one of its own for each could be closed while the command queue still
    reports to it, and the queue would wait for ever."""
    loop = asyncio.new_event_loop()
    Thread(target=loop.run_forever, name="chat", daemon=True).start()
    return loop


def done(act: Coroutine[Any, Any, T]) -> T:
    """Run the coroutine to its end in another thread: it works beside a running loop (Playwright's, a test's)."""
    return asyncio.run_coroutine_threadsafe(act, _loop()).result()


class Chat:
    """The whole chat. `deliver`: awaited after everything anybody does, so that the outbox is empty again."""

    def __init__(self, console: ConsoleChat, deliver: Callable[[], Awaitable[object]] | None = None) -> None:
        self.console = console
        self._deliver = deliver

    def person(self, name: str) -> Talker:
        """The person whose name begins so."""
        people = [one for one in self.console.world.people() if one.name.startswith(name)]
        assert len(people) == 1, f"{name!r} is {[one.name for one in people] or 'nobody'}"
        return Talker(self, people[0].user, people[0].name)

    def posts(self, channel: str) -> list[Message]:
        """What the bot said to everybody in the channel of that name, oldest first, without threads."""
        for person in self.console.world.people():
            for found in self.console.channels(person.user):
                if found.name == channel:
                    said = self.console.store.messages(found.id, "", _LIMIT)
                    return [one.message for one in said if one.message is not None]
        raise AssertionError(f"there is no channel {channel!r}")

    def run(self, act: Awaitable[Reply]) -> Reply:
        """Do it, then deliver."""

        async def both() -> Reply:
            reply = await act
            if self._deliver:
                await self._deliver()
            return reply

        return done(both())


class Talker:
    """One person at the console. Places are channel names; "" is the direct messages with the bot."""

    def __init__(self, chat: Chat, user: str, name: str) -> None:
        self._chat, self.user, self.name = chat, user, name
        self.form: Form | None = None
        self.errors: dict[str, str] = {}
        self._formed_at = Where(user, DIRECT + user)

    def says(self, text: str, channel: str = "", thread: str = "") -> Talker:
        """Type into the composer of a channel, of the direct messages, or of a thread (its parent's id)."""
        return self._do(Where(self.user, self._id_of(channel), thread), self._chat.console.says, text)

    def replies(self, message: Said, text: str) -> Talker:
        """Answer in the message's thread."""
        where = Where(self.user, message.channel, message.thread or message.id)
        return self._do(where, self._chat.console.says, text)

    def presses(self, label: str, message: Said | None = None) -> Talker:
        """Press the button of that label: of this message, or of the newest message that has it."""
        for said in [message] if message else reversed(self.sees()):
            for button in buttons(said.message):
                if button.label == label:
                    where = Where(self.user, said.channel, said.thread, said.id)
                    return self._do(where, self._chat.console.presses, button.verb, dict(button.values))
        raise AssertionError(f"{self.name} sees no button {label!r}")

    def submits(self, **values: str) -> Talker:
        """Fill in the open form: these values, and what the other fields already hold."""
        assert self.form is not None, f"{self.name} has no form open"
        names = {field.name for field in self.form.fields}
        assert values.keys() <= names, f"the form asks for {sorted(names)}"
        filled = {field.name: field.value for field in self.form.fields} | values
        return self._do(self._formed_at, self._chat.console.submits, self.form, filled)

    def tells_win(self, message: Said) -> Talker:
        """The "Tell a win" entry of the message's menu."""
        where = Where(self.user, message.channel, message.thread, message.id)
        return self._do(where, self._chat.console.tells_win)

    @property
    def home(self) -> Message | None:
        """The home page as it is now."""
        return done(self._chat.console.opens_home(self.user, _delivery()))

    @property
    def last(self) -> Message:
        """What the bot said last to this person alone."""
        for said in reversed(self.sees()):
            if said.message is not None and (said.private_to or said.channel.startswith(DIRECT)):
                return said.message
        raise AssertionError(f"the bot has said nothing to {self.name}")

    @property
    def text(self) -> str:
        """`last` in plain words."""
        return to_text(self.last)

    def sees(self, channel: str | None = None) -> list[Said]:
        """Everything this person can read, oldest first: in one place, or everywhere."""
        store = self._chat.console.store
        everywhere = [DIRECT + self.user, *(one.id for one in self._chat.console.channels(self.user))]
        found: list[Said] = []
        for place in everywhere if channel is None else [self._id_of(channel)]:
            for said in store.messages(place, self.user, _LIMIT):
                found += store.thread(said.id, self.user) if said.replies else [said]
        return sorted(found, key=lambda said: int(said.id))

    def _id_of(self, channel: str) -> str:
        if not channel:
            return DIRECT + self.user
        names = {one.name: one.id for one in self._chat.console.channels(self.user)}
        assert channel in names, f"{self.name} is in {sorted(names)}"
        return names[channel]

    def _do(self, where: Where, act: Callable[..., Awaitable[Reply]], *given: object) -> Talker:
        reply = self._chat.run(act(where, *given, _delivery()))
        self.errors = dict(reply.errors.errors) if reply.errors else {}
        if not reply.errors:
            self.form, self._formed_at = reply.form, where
        return self


def buttons(message: Message | None) -> list[Button]:
    """All buttons of a message."""
    blocks = message.blocks if message else ()
    return [button for block in blocks if isinstance(block, Actions) for button in block.buttons]


def _delivery() -> str:
    return f"test-{next(_deliveries)}"

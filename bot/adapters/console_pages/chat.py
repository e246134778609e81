"""People talk in the console: each thing they do becomes a Command, and the Reply is put where it belongs.

The browser's requests (`server`) and the tests' chat call the same functions.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass

from bot.adapters.console_pages.types import BOT, DIRECT, ConsoleChannel, ConsolePerson, ConsoleWorld, Said, Store
from bot.chat.commands import Actor, Command, Place, Source
from bot.chat.errors import UserError
from bot.chat.forms import Form, FormErrors
from bot.chat.messages import Message
from bot.chat.replies import Reply
from bot.renderers.text import to_text

WORKSPACE = "local"
_SLASH = re.compile(r"\s*/sip(?:\s+|$)", re.I)
_CALL = re.compile(rf"@{BOT}\b[,:]?\s*", re.I)

_MISSING = {
    "check": "Tick this to go on.",
    "multi": "Choose at least one.",
    "people": "Choose at least one.",
    "person": "Choose one.",
    "select": "Choose one.",
    "date": "Choose a date.",
    "file": "Choose a file.",
}

Handle = Callable[[Command], Awaitable[Reply]]


@dataclass(frozen=True, slots=True)
class Where:
    """Who acts and where. `thread`: the open thread's parent. `message`: whose button or menu was used."""

    user: str
    channel: str
    thread: str = ""
    message: str = ""

    @property
    def direct(self) -> bool:
        return self.channel.startswith(DIRECT)


class ConsoleChat:
    """The conversation itself, without HTML or HTTP. `delivery_id` is made by the client, once per submit."""

    def __init__(self, handle: Handle, store: Store, world: ConsoleWorld) -> None:
        self._handle = handle
        self.store = store
        self.world = world

    async def says(self, where: Where, text: str, delivery_id: str) -> Reply:
        """Typed into the composer: `/sip …`, words for the bot, a reply in a thread, or words for colleagues.

        Raises UserError for an unknown person or place, and for empty text.
        """
        command = await asyncio.to_thread(self._hear, where, text, delivery_id)
        return await self._run(command) if command else Reply()

    async def presses(self, where: Where, verb: str, values: Mapping[str, str], delivery_id: str) -> Reply:
        """A button of the message `where.message`, or of the home page where that is empty."""
        return await self._ask(where, delivery_id, "button", verb, values)

    async def submits(self, where: Where, form: Form, values: Mapping[str, str], delivery_id: str) -> Reply:
        """A filled form; a required field left empty comes back as an error without asking anybody."""
        missing = tuple(
            (field.name, _MISSING.get(field.kind, "Fill this in."))
            for field in form.fields
            if not field.optional and not values.get(field.name, "").strip()
        )
        if missing:
            return Reply(errors=FormErrors(missing))
        return await self._ask(where, delivery_id, "form", form.verb, {**dict(form.hidden), **values})

    async def tells_win(self, where: Where, delivery_id: str) -> Reply:
        """The "Tell a win" entry of the menu of message `where.message`."""
        said = await asyncio.to_thread(self._message, where, where.message)
        text = to_text(said.message) if said.message else said.text
        return await self._ask(where, delivery_id, "shortcut", "win", {"text": text})

    async def opens_home(self, user: str, delivery_id: str) -> Message | None:
        """The person's home page."""
        command = await asyncio.to_thread(
            self._command, Where(user, DIRECT + user), delivery_id, source="home", verb="home"
        )
        return (await self._handle(command)).message

    async def _ask(self, where: Where, delivery_id: str, source: Source, verb: str, values: Mapping[str, str]) -> Reply:
        command = await asyncio.to_thread(self._command, where, delivery_id, source=source, verb=verb, values=values)
        return await self._run(command)

    async def _run(self, command: Command) -> Reply:
        reply = await self._handle(command)
        await asyncio.to_thread(self._show, command, reply)
        return reply

    def _hear(self, where: Where, text: str, delivery_id: str) -> Command | None:
        """Store what was typed and read what it asks of the bot, if anything."""
        text = text.strip()
        if not text:
            raise UserError("There is nothing to send yet: type a message first.")
        slash = _SLASH.match(text)
        person = self.person(where.user)
        self._enter(where)
        words = self._tokens(text, where.user)
        own = self.store.add(
            key=f"said:{delivery_id}",
            channel=where.channel,
            thread=where.thread,
            author=where.user,
            author_name=person.name,
            private_to=where.user if slash and not where.direct else "",
            text=words,
            at=self.world.time(),
        )
        here = Where(where.user, where.channel, where.thread, own)
        if slash:
            asked = words[slash.end() :]
            return self._command(Where(where.user, where.channel, where.thread), delivery_id, asked)
        if _CALL.search(words):
            return self._command(here, delivery_id, _CALL.sub("", words).strip(), source="mention")
        if where.thread:
            return self._command(here, delivery_id, words, source="thread", verb="reply", answerable=False)
        return self._command(here, delivery_id, words) if where.direct else None

    def _command(
        self,
        where: Where,
        delivery_id: str,
        text: str = "",
        *,
        source: Source = "typed",
        verb: str = "",
        values: Mapping[str, str] | None = None,
        answerable: bool = True,
    ) -> Command:
        person = self.person(where.user)
        name = self._enter(where)
        return Command(
            text,
            Actor("console", WORKSPACE, person.user, person.name),
            Place(where.channel, where.thread, where.message, where.direct, name),
            delivery_id,
            verb,
            values or {},
            source,
            answerable,
        )

    def _show(self, command: Command, reply: Reply) -> None:
        """Put the reply into the chat. What was not answerable here arrives through the outbox."""
        place = command.place
        pressed = self.store.get(place.message) if place.message else None
        if reply.reaction and pressed:
            self.store.react(pressed.id, reply.reaction)
        if reply.message is None or not command.answerable:
            return
        if reply.replace and pressed and not pressed.author:
            self.store.replace(pressed.id, reply.message)
            return
        self.store.add(
            key=f"reply:{command.delivery_id}",
            channel=place.channel,
            thread=place.thread,
            private_to="" if reply.public or place.direct else command.actor.user,
            message=reply.message,
            at=self.world.time(),
        )

    def person(self, user: str) -> ConsolePerson:
        """The person with this id. Raises UserError."""
        for person in self.world.people():
            if person.user == user:
                return person
        raise UserError("That person is not in this county any more. Choose somebody else under “You are”.")

    def channels(self, user: str) -> list[ConsoleChannel]:
        """The person's channels; another's direct messages are none of them, even where the world knows their id."""
        return [channel for channel in self.world.channels(user) if not channel.id.startswith(DIRECT)]

    def _enter(self, where: Where) -> str:
        """The channel's name, "" for direct messages. Raises UserError unless the person can see the channel, the
        thread and the message."""
        name = self._channel_name(where)
        for message in filter(None, (where.thread, where.message)):
            self._message(where, message)
        return name

    def _channel_name(self, where: Where) -> str:
        if where.channel == DIRECT + where.user:
            return ""
        for channel in self.channels(where.user):
            if channel.id == where.channel:
                return channel.name
        raise UserError("You are not in that channel. Choose one of those on the left.")

    def _message(self, where: Where, message: str) -> Said:
        """The message of that id, which this person must be able to see there. Raises UserError."""
        said = self.store.get(message)
        if said is None or said.channel != where.channel or said.private_to not in ("", where.user):
            raise UserError("That message is not there any more. Reload the page.")
        return said

    def _tokens(self, text: str, user: str) -> str:
        """`@Ann Alvarez` and `#general` as the neutral tokens handlers know; a longer name wins over its beginning."""
        names = {f"@{person.name}": f"<@{person.user}|{person.name}>" for person in self.world.people()}
        names |= {f"#{channel.name}": f"<#{channel.id}|{channel.name}>" for channel in self.channels(user)}
        if not names:
            return text
        spellings = "|".join(re.escape(name) for name in sorted(names, key=len, reverse=True))
        return re.sub(rf"(?<![\w<])(?:{spellings})(?!\w)", lambda found: names[found[0]], text)

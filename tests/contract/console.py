"""The journeys in the console: through its own functions, as `tests.chat` does."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import cache
from typing import Any

from sqlalchemy import Engine, or_, select

from bot.adapters.console_pages.types import DIRECT, Said
from bot.app import App, build
from bot.chat.clock import MovableClock
from bot.chat.codec import from_json
from bot.chat.compose import built_in
from bot.chat.forms import Field
from bot.chat.messages import Message
from bot.config import load
from bot.renderers.text import to_text
from storage.console import ConsoleStore
from storage.models.console import console_message
from storage.uow import unit_of_work
from tests.builders import a_channel, a_person, an_organization
from tests.chat import Chat, Talker, buttons
from tests.contract.driver import CHANNELS, PEOPLE, URL, County, Member, Shown

REACTIONS = {"white_check_mark": "saved", "memo": "noted"}
_said = console_message.c
_LIMIT = 500  # messages looked at in a channel


@asynccontextmanager
async def console_county(engine: Engine, clock: MovableClock) -> AsyncIterator[County]:
    """The application with its console; everybody has an account there and sees every channel."""
    with unit_of_work(engine, clock.read(), built_in()) as uow:
        an_organization(uow, "Our county")
        for name in PEOPLE.values():
            a_person(uow, name)
        for channel in CHANNELS:
            a_channel(uow, channel)
    settings = load(_env_file=None, public_url=URL, sipbot_admins="UIDAMARSH")
    app = build(settings, clock=clock, console=True, engine=engine)
    await app.start(worker=False)
    yield ConsoleCounty(app, clock)
    await app.stop()


@cache
def _words(message: str) -> str:
    return to_text(from_json(message))


@dataclass(frozen=True)
class ConsoleShown:
    """A message of the console's store."""

    engine: Engine
    id: str

    @property
    def said(self) -> Said:
        said = ConsoleStore(self.engine).get(self.id)
        assert said is not None
        return said

    @property
    def words(self) -> str:
        query = select(_said.message, _said.text).where(_said.id == int(self.id))
        with self.engine.connect() as connection:
            row = connection.execute(query).one()
        return _words(row.message) if row.message else row.text

    @property
    def buttons(self) -> list[str]:
        return [button.label for button in buttons(self.said.message)]


@dataclass(frozen=True)
class ConsoleForm:
    """The form that is open, filled in as a browser keeps it."""

    words: str
    buttons: list[str]


class ConsoleCounty(County):
    """See `County`."""

    def __init__(self, app: App, clock: MovableClock) -> None:
        super().__init__(app, clock)
        assert app.console is not None
        self.console = app.console
        self.chat = Chat(app.console.chat, app.delivery.drain)

    def _member(self, name: str) -> Member:
        return ConsoleMember(self, name)

    async def _drain(self) -> None:
        """The console does everything within its answer."""

    def posts(self, channel: str) -> list[Shown]:
        return [self.shown(said) for said in self._all(channel) if said.message]

    def receipts(self) -> list[str]:
        return [REACTIONS[name] for channel in CHANNELS for said in self._all(channel) for name in said.reactions]

    def drawn(self, message: Message) -> str:
        return to_text(message)

    def shown(self, said: Said) -> ConsoleShown:
        return ConsoleShown(self.app.engine, said.id)

    def _all(self, channel: str) -> list[Said]:
        """What everybody there sees."""
        store, found = self.console.chat.store, list[Said]()
        for said in store.messages(f"C{channel.upper()}", "", _LIMIT):
            found += store.thread(said.id, "") if said.replies else [said]
        return sorted(found, key=lambda said: int(said.id))


class ConsoleMember(Member):
    """See `Member`."""

    def __init__(self, county: ConsoleCounty, name: str) -> None:
        super().__init__(county, name)
        self._county = county
        self._talker: Talker = county.chat.person(PEOPLE[name])
        self._typed: dict[str, str] = {}

    @property
    def mention(self) -> str:
        return f"@{self._talker.name}"

    async def types(self, text: str, channel: str = "") -> None:
        self._typed = {}
        self._talker.says(f"/sip {text}", channel)
        await self.county.settle()

    async def says(self, text: str, channel: str) -> Shown:
        self._talker.says(text, channel)
        said = [said for said in self._talker.sees(channel) if said.author]
        return self._county.shown(said[-1])

    async def replies(self, post: Shown, text: str) -> None:
        assert isinstance(post, ConsoleShown)
        self._talker.replies(post.said, text)
        await self.county.settle()

    async def presses(self, label: str, post: Shown | None = None) -> None:
        shown = post or self.with_button(label)
        assert isinstance(shown, ConsoleShown)
        self._typed = {}
        self._talker.presses(label, shown.said)
        await self.county.settle()

    async def submits(self, **values: Any) -> None:
        form = self._talker.form
        assert form is not None, f"{self.name} has no form open"
        fields = {field.name: field for field in form.fields}
        assert values.keys() <= fields.keys(), f"the form has {sorted(fields)}"
        self._typed |= {name: _filled(fields[name], value) for name, value in values.items()}
        self._talker.submits(**self._typed)
        await self.county.settle()

    async def tells_win_of(self, said: Shown) -> None:
        assert isinstance(said, ConsoleShown)
        self._typed = {}
        self._talker.tells_win(said.said)
        await self.county.settle()

    @property
    def form(self) -> Shown | None:
        form = self._talker.form
        if form is None:
            return None
        lines = [form.title, to_text(Message(form.intro))]
        lines += [f"{field.label} {self._typed.get(field.name, field.value)}" for field in form.fields]
        return ConsoleForm("\n".join(lines), [form.submit])

    @property
    def faults(self) -> str:
        return " ".join(self._talker.errors.values())

    def private(self) -> Mapping[Any, Shown]:
        mine = or_(_said.private_to == self._talker.user, _said.channel == DIRECT + self._talker.user)
        query = select(_said.id).where(mine, _said.message != "").order_by(_said.id)
        with self.county.app.engine.connect() as connection:
            found = connection.execute(query).scalars().all()
        return {one: ConsoleShown(self.county.app.engine, str(one)) for one in found}


def _filled(field: Field, value: Any) -> str:
    """What was meant, as the console's page sends it."""
    if isinstance(value, ConsoleMember):
        return f"<@{value._talker.user}>"
    if isinstance(value, list | tuple):
        return ",".join(_filled(field, one) for one in value)
    if not field.options or not value:
        return str(value)
    fitting = [option.value for option in field.options if option.label.startswith(value)]
    assert len(fitting) == 1, f"{value!r} fits {len(fitting)} of {[option.label for option in field.options]}"
    return fitting[0]

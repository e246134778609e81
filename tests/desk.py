"""Handlers under test without a platform: people speak Commands straight to the dispatcher, jobs tick by hand.

`desk.says("Ann Ortiz", "/sip update 1.2.3 done")` gives the Reply; what is queued is read from the outbox.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable
from dataclasses import dataclass
from types import ModuleType
from typing import Any

from sqlalchemy import Engine, select

from bot.chat.calls import CALL, SLASH
from bot.chat.clock import MovableClock
from bot.chat.codec import from_json
from bot.chat.commands import Command, Place
from bot.chat.compose import built_in
from bot.chat.messages import (
    Actions,
    Block,
    Bullets,
    Button,
    Context,
    Facts,
    Heading,
    Image,
    Message,
    Progress,
    Table,
    Text,
    plain,
)
from bot.chat.replies import Reply
from bot.dispatch import Dispatcher, Policy
from bot.scheduler import JobRunner
from storage.models import channel, outbox, person
from tests.builders import an_actor

_deliveries = itertools.count(1)


@dataclass(frozen=True)
class Queued:
    """An outbox row: `to` is a person's name or `#channel`."""

    id: int
    kind: str
    period: str
    to: str
    message: Message
    row: Any


class Desk:
    """The commands and jobs of the given capability modules over one database."""

    def __init__(self, engine: Engine, clock: MovableClock, *modules: ModuleType, policy: Policy | None = None) -> None:
        self.engine, self.clock = engine, clock
        specs = [spec for module in modules for spec in getattr(module, "COMMANDS", ())]
        jobs = [job for module in modules for job in getattr(module, "JOBS", ())]
        url = "https://sip.example"
        self.dispatcher = Dispatcher(
            engine, clock, specs, composer=built_in(), policy=policy or Policy(), public_url=url
        )
        self.runner = JobRunner(engine, clock, jobs, composer=built_in(), public_url=url)

    def sends(self, name: str, **command: Any) -> Reply:
        """Any command at all; `channel`, `thread`, `message` go into its place."""
        place = Place(
            command.pop("channel", ""),
            command.pop("thread", ""),
            command.pop("message", ""),
            direct=command.pop("direct", False),
            ours=command.pop("ours", False),
        )
        command.setdefault("text", "")
        command.setdefault("delivery_id", f"d{next(_deliveries)}")
        return self.dispatcher.handle(Command(actor=an_actor(name), place=place, **command))

    def says(self, name: str, text: str, **command: Any) -> Reply:
        """Type a command; a leading `/sip` is taken off as Slack does."""
        return self.sends(name, text=text.removeprefix("/sip").strip(), **command)

    def replies(self, name: str, text: str, *, channel: str, thread: str, **command: Any) -> Reply:
        """A reply in a thread; its Reply is queued in the outbox."""
        command.setdefault("message", f"m{next(_deliveries)}")
        return self.sends(
            name, text=text, verb="reply", source="thread", answerable=False, channel=channel, thread=thread, **command
        )

    def presses(self, name: str, message: Message | None, label: str, **command: Any) -> Reply:
        """Press the button with that label (or whose label contains it)."""
        assert message is not None, "there is no message"
        found = [button for button in buttons(message) if label in button.label]
        assert found, f"no button {label!r} among {[button.label for button in buttons(message)]}"
        button = next((b for b in found if b.label == label), found[0])
        return self.sends(name, verb=button.verb, values=dict(button.values), source="button", **command)

    def submits(self, name: str, reply: Reply, values: dict[str, str] | None = None, **fields: str) -> Reply:
        """Submit the reply's form: its initial values, changed by what is given."""
        form = reply.form
        assert form is not None, f"no form, but {words(reply.message) if reply.message else reply}"
        given = {**(values or {}), **fields}
        unknown = set(given) - {field.name for field in form.fields}
        assert not unknown, f"the form has no field {unknown}"
        filled = {**dict(form.hidden), **{field.name: field.value for field in form.fields}, **given}
        return self.sends(name, verb=form.verb, values=filled, source="form")

    def tick(self) -> int:
        """Run the jobs that are due at the clock's time."""
        return self.runner.tick()

    def queued(self, kind: str = "") -> list[Queued]:
        """The outbox in order: all rows, or those of one kind."""
        statement = (
            select(outbox, person.c.name.label("person_name"), channel.c.name.label("channel_name"))
            .select_from(outbox)
            .outerjoin(person, person.c.id == outbox.c.person_id)
            .outerjoin(channel, channel.c.id == outbox.c.channel_id)
            .order_by(outbox.c.id)
        )
        if kind:
            statement = statement.where(outbox.c.kind == kind)
        with self.engine.connect() as connection:
            rows = connection.execute(statement).all()
        return [
            Queued(
                row.id,
                row.kind,
                row.period,
                row.person_name or f"#{row.channel_name}",
                from_json(row.message) if row.message else Message(()),
                row,
            )
            for row in rows
        ]


def buttons(message: Message) -> list[Button]:
    """All buttons of a message."""
    return [button for block in message.blocks if isinstance(block, Actions) for button in block.buttons]


def words(message: Message | None) -> str:
    """Everything a message says, one block a line, for assertions."""
    said = "\n".join(line for block in message.blocks for line in _lines(block)) if message else ""
    return said.replace(CALL, SLASH)


def _lines(block: Block) -> Iterable[str]:
    match block:
        case Heading(text, _):
            yield text
        case Text(found) | Context(found):
            yield plain(found)
        case Bullets(items, _):
            yield from (f"- {plain(item)}" for item in items)
        case Facts(rows):
            yield from (f"{label}: {plain(value)}" for label, value in rows)
        case Table(columns, rows):
            yield " | ".join(columns)
            yield from (" | ".join(plain(cell) for cell in row) for row in rows)
        case Image(_, alt):
            yield alt
        case Progress(label, done, total):
            yield f"{label}: {done} of {total}"
        case Actions(found_buttons):
            yield " ".join(f"[{button.label}]" for button in found_buttons)

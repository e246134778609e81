"""The simulation's loop: twice a day the calendar is poked; in between, people do what the script has them do."""

from __future__ import annotations

import heapq
import itertools
from collections.abc import Awaitable, Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Protocol
from zoneinfo import ZoneInfo

from sqlalchemy import Engine, select

from bot.adapters.console import DIRECT, ConsoleAdapter, Where
from bot.chat.clock import MovableClock
from bot.chat.codec import from_json
from bot.chat.commands import Actor
from bot.chat.compose import Composer
from bot.chat.messages import Actions, Message
from bot.chat.replies import Reply
from bot.config import Settings
from bot.delivery import Delivery
from bot.domain.cadence import NEWSLETTER_WORKING_DAY, WorkCalendar, local_time
from bot.domain.periods import Month
from bot.simulation.cast import Cast
from bot.simulation.script import Script
from storage.models import channel, identity, outbox
from storage.queries.people import Organization
from storage.uow import UnitOfWork, unit_of_work

_POKES = (time(0, 5), time(9, 0))


class Town(Protocol):
    """What the simulation needs of the application."""

    settings: Settings
    engine: Engine
    console: ConsoleAdapter | None
    delivery: Delivery
    composer: Composer

    async def tick(self) -> None: ...


@dataclass(frozen=True, slots=True)
class Said:
    """A reply somebody got at once."""

    at: datetime
    person: str
    place: str
    message: Message


@dataclass(frozen=True, slots=True)
class Delivered:
    """A post that was delivered: what a person or channel now sees. `user` is empty for a public one."""

    id: int
    kind: str
    period: str
    channel: str
    user: str
    remote_id: str
    message: Message


def end_of(start: Month, months: int, zone: ZoneInfo) -> datetime:
    """The evening after the last month's roll-up; if that month ends a quarter, the evening after the working day on
    which the coordinator publishes the newsletter. Both lie before the next month's first prompt (third week)."""
    calendar, last = WorkCalendar(), start.plus(months - 1)
    day = calendar.first_working_day(last.next())
    if last == last.quarter.months[-1]:
        day = calendar.nth_working_day(last.next(), NEWSLETTER_WORKING_DAY + 1)
    return local_time(day, time(18), zone)


class Simulation:
    """Lives from the clock's time to `end`; `await run()` once. `clock` must be the application's own."""

    def __init__(
        self, app: Town, clock: MovableClock, organization: Organization, cast: Cast, *, end: datetime, seed: int
    ) -> None:
        self.app, self.clock, self.organization, self.cast = app, clock, organization, cast
        self.end = end
        if app.console is None:
            raise ValueError("the people of a simulation talk in the console")
        self._chat = app.console.chat
        self.said: list[Said] = []
        self._seen = 0
        self._numbers = itertools.count(1)
        self._plans: list[tuple[datetime, int, Callable[[], Awaitable[object]]]] = []
        self.script = Script(self, seed)

    async def run(self, progress: Callable[[datetime], None] = lambda at: None) -> None:
        """Live through the months; `progress` is told each day."""
        zone = self.organization.tz
        day = self.clock.read().astimezone(zone).date()
        while local_time(day, time(0), zone) < self.end:
            self.script.plan_day(day)
            for poke in _POKES:
                await self._act_until(min(self.end, local_time(day, poke, zone)))
                await self._poke()
            day += timedelta(days=1)
            await self._act_until(min(self.end, local_time(day, time(0), zone)))
            progress(self.clock.read())
        await self._poke()

    def at(self, when: datetime, act: Callable[[], Awaitable[object]]) -> None:
        """Have something done at a time to come."""
        heapq.heappush(self._plans, (when, next(self._numbers), act))

    async def _act_until(self, end: datetime) -> None:
        while self._plans and self._plans[0][0] <= end:
            when, _, act = heapq.heappop(self._plans)
            self.clock.move_to(max(when, self.clock.read()))
            await act()
            await self._deliver()
        self.clock.move_to(max(end, self.clock.read()))

    async def _poke(self) -> None:
        await self.app.tick()
        await self._deliver()

    async def _deliver(self) -> None:
        await self.app.delivery.drain()
        for post in self._arrived():
            self.script.answer(post)

    def _arrived(self) -> list[Delivered]:
        statement = (
            select(outbox, channel.c.external_id.label("place"), identity.c.external_id.label("who"))
            .select_from(outbox)
            .outerjoin(channel, channel.c.id == outbox.c.channel_id)
            .outerjoin(identity, identity.c.person_id == outbox.c.person_id)
            .where(outbox.c.organization_id == self.organization.id, outbox.c.id > self._seen, outbox.c.state == "sent")
            .order_by(outbox.c.id)
        )
        with self.reading() as uow:
            rows = uow.rows(statement).all()
        self._seen = max([self._seen, *(row.id for row in rows)])
        return [
            Delivered(
                row.id, row.kind, row.period, row.place or "", row.who or "", row.remote_id,
                from_json(row.message) if row.message else Message(()),
            )
            for row in rows
        ]  # fmt: skip

    def reading(self) -> AbstractContextManager[UnitOfWork]:
        """A unit of work to look something up."""
        return unit_of_work(self.app.engine, self.clock.read(), self.app.composer, organization=self.organization)

    async def say(self, actor: Actor, text: str) -> Reply:
        """Type something to the bot, in the direct messages with it."""
        return self._keep(actor, "", await self._chat.says(self._direct(actor), text, self._delivery()))

    async def in_thread(self, actor: Actor, prompt: Delivered, text: str) -> Reply:
        """Reply under a prompt."""
        where = Where(actor.user, prompt.channel, thread=prompt.remote_id)
        return self._keep(actor, prompt.channel, await self._chat.says(where, text, self._delivery()))

    async def ask(self, actor: Actor, verb: str, **values: str) -> Reply:
        """Press a button of the home page."""
        reply = await self._chat.presses(self._direct(actor), verb, values, self._delivery())
        return self._keep(actor, "", reply)

    async def press(self, actor: Actor, post: Delivered, verb: str) -> Reply:
        """Press the post's first button for `verb`. Raises LookupError where it has none."""
        where = Where(actor.user, post.channel or DIRECT + actor.user, message=post.remote_id)
        values = _button(post.message, verb)
        reply = await self._chat.presses(where, verb, values, self._delivery())
        return self._keep(actor, post.channel, reply)

    async def press_reply(self, actor: Actor, reply: Reply, verb: str) -> Reply:
        """Press the first button for `verb` under a direct answer. Raises LookupError where there is none."""
        return await self.ask(actor, verb, **_button(reply.message or Message(()), verb))

    async def submit(self, actor: Actor, reply: Reply, **given: str) -> Reply:
        """Fill the form a command opened and send it. Raises LookupError where there is none."""
        if reply.form is None:
            raise LookupError(f"no form but {reply}")
        values = {field.name: field.value for field in reply.form.fields} | given
        reply = await self._chat.submits(self._direct(actor), reply.form, values, self._delivery())
        if reply.errors is not None:
            raise LookupError(f"the form was refused: {reply.errors}")
        return self._keep(actor, "", reply)

    def _keep(self, actor: Actor, place: str, reply: Reply) -> Reply:
        if reply.message is not None:
            self.said.append(Said(self.clock.read(), actor.name, place, reply.message))
        return reply

    def _direct(self, actor: Actor) -> Where:
        return Where(actor.user, DIRECT + actor.user)

    def _delivery(self) -> str:
        return f"sim-{next(self._numbers)}"


def _button(message: Message, verb: str) -> dict[str, str]:
    """The values of the message's first button for `verb`."""
    for block in message.blocks:
        for button in block.buttons if isinstance(block, Actions) else ():
            if button.verb == verb:
                return dict(button.values)
    raise LookupError(f"no button for {verb!r}")
